import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import Docker from "dockerode";
import { pack } from "tar-stream";

/** The engine the tests run against: DOCKER_HOST, or the local one. */
export const docker = new Docker();

/** An image with the usual commands: sleep, httpd, wget, sh. */
export const BUSYBOX_IMAGE = "registry-tiers-test/busybox:1";

const BINARY = process.env.BUSYBOX ?? "/bin/busybox";

/** The files of BUSYBOX_IMAGE, for tests that build an image of their own. */
export const BUSYBOX_DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin
CMD ["sleep", "3600"]
`;

/** The statically linked busybox of this machine (Debian: busybox-static), or the one BUSYBOX names. */
export async function busyboxBinary(): Promise<Buffer> {
	try {
		return await readFile(BINARY);
	} catch (cause) {
		throw new Error(
			`these tests build images from ${BINARY}, which cannot be read: install the package busybox-static, or name a static busybox in BUSYBOX`,
			{ cause },
		);
	}
}

/** Builds BUSYBOX_IMAGE; cheap when it exists. */
export async function buildBusyboxImage(): Promise<void> {
	const context = pack();
	context.entry({ name: "Dockerfile" }, BUSYBOX_DOCKERFILE);
	context.entry({ name: "busybox", mode: 0o755 }, await busyboxBinary());
	context.finalize();
	const tar = Readable.from([await buffer(context)]);
	await text(await docker.buildImage(tar, { t: BUSYBOX_IMAGE }));
}

/** What a command in a running container prints. */
export async function inContainer(
	name: string,
	command: readonly string[],
): Promise<string> {
	const exec = await docker
		.getContainer(name)
		.exec({ Cmd: [...command], AttachStdout: true, Tty: true });
	return (await text(await exec.start({ Tty: true }))).trim();
}

/** Names of the containers, networks and volumes whose name starts so. */
export async function leftOvers(prefix: string): Promise<string[]> {
	const containers = await docker.listContainers({ all: true });
	const networks = await docker.listNetworks();
	const { Volumes } = await docker.listVolumes();
	return [
		...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
		...networks.map(({ Name }) => Name),
		...Volumes.map(({ Name }) => Name),
	].filter((name) => name.startsWith(prefix));
}
