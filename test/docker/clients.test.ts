import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
	ensureBuildkit,
	ensureContainerd,
} from "../../toolchain/client-programs.ts";
import { writeClientFiles } from "../../toolchain/commands/clients.ts";
import { describeStack } from "../../toolchain/commands/prepare.ts";
import { ensurePrograms } from "../../toolchain/programs.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { clientConfig } from "../../topology/client-config/client-config.ts";
import {
	buildFrom,
	copyWithSkopeo,
	ownBridge,
	startContainerd,
	startEngine,
} from "./client-daemons.ts";
import {
	ARCHIVED,
	type ClientEstate,
	clientEstate,
	clientStack,
	type Location,
	PORTS,
	PROMOTED,
	type Published,
} from "./client-estate.ts";
import { type ClientMachine, clientMachine } from "./client-machine.ts";
import { pullAsKubelet } from "./cri.ts";
import { docker, succeeded } from "./test-stack.ts";

// Three programs are built from their Go modules where that was never done.
const PREPARE_TIMEOUT_MS = 1_800_000;

const DOCKER_HUB_IMAGE = `docker.io/${ARCHIVED}`;
const PROD_IMAGE = `localhost:${PORTS.prod}/${PROMOTED}`;

const stack = clientStack();
const files = mkdtempSync(join(tmpdir(), "client-files-"));
const machines: ClientMachine[] = [];
let estate: ClientEstate;
let removeBridge = async () => {};

beforeAll(async () => {
	await ensurePrograms({
		skopeo: "skopeo",
		dockerd: "docker.io",
		runc: "runc",
	});
	await ensureContainerd(1);
	await ensureContainerd(2);
	await ensureBuildkit();
	const described = describeStack({
		stack: stack.name,
		configFile: stack.configFile,
		install: false,
	});
	writeClientFiles(clientConfig(described.estate), files, { force: false });
	estate = await clientEstate(stack);
}, PREPARE_TIMEOUT_MS);
afterEach(async () => {
	for (const machine of machines.splice(0)) await machine.dispose();
});
afterAll(async () => {
	await removeBridge();
	await stack.npm("down");
	stack.dispose();
	estate?.image.dispose();
	rmSync(files, { recursive: true, force: true });
});

function machineIn(location: Location): ClientMachine {
	const machine = clientMachine(join(files, location));
	machines.push(machine);
	return machine;
}

/** A folder with the consumer's logins as `docker login` leaves them. */
function logins(
	machine: ClientMachine,
	registries: readonly Published[],
): string {
	const folder = join(machine.folder, "logins");
	mkdirSync(folder);
	const auths = registries.map((registry) => {
		const { username, password } = estate.consumer(registry);
		const auth = Buffer.from(`${username}:${password}`).toString("base64");
		return [`localhost:${PORTS[registry]}`, { auth }];
	});
	writeFileSync(
		join(folder, "config.json"),
		JSON.stringify({ auths: Object.fromEntries(auths) }),
	);
	return folder;
}

const byDigest = (repository: string) =>
	`/v2/${repository}/manifests/${estate.image.digest}`;

describe.each([
	{ major: 2, config: "/etc/containerd/conf.d/registry-tiers.toml" },
	{ major: 1, config: "/etc/containerd/registry-tiers-1.x.toml" },
] as const)("containerd $major", ({ major, config }) => {
	const containerdIn = (location: Location) =>
		startContainerd(machineIn(location), major, config);

	test("pulls Docker Hub's images from the Archive, without a login", async () => {
		const containerd = await containerdIn("eu");
		const paths = await estate.served("home", "archive", async () =>
			expect(await pullAsKubelet(containerd, DOCKER_HUB_IMAGE)).toBe(
				estate.imageId,
			),
		);
		expect(paths).toContain(byDigest("docker.io/library/kept"));
	});

	test("pulls them from the region's cache of it, where that wants no login", async () => {
		const containerd = await containerdIn("us");
		const paths = await estate.served("us", "archive-us", async () =>
			expect(await pullAsKubelet(containerd, DOCKER_HUB_IMAGE)).toBe(
				estate.imageId,
			),
		);
		expect(paths).toContain(byDigest("docker.io/library/kept"));
	});

	test("pulls Prod's images from the region's cache, with the login there", async () => {
		const containerd = await containerdIn("eu");
		const secret = estate.consumer("prod-eu");
		const paths = await estate.served("eu", "prod-eu", async () =>
			expect(await pullAsKubelet(containerd, PROD_IMAGE, secret)).toBe(
				estate.imageId,
			),
		);
		expect(paths).toContain(byDigest("team/app"));
	});

	test("pulls Prod's images from a cache that wants no login, without one", async () => {
		const containerd = await containerdIn("us");
		const paths = await estate.served("us", "prod-us", async () =>
			expect(await pullAsKubelet(containerd, PROD_IMAGE)).toBe(estate.imageId),
		);
		expect(paths).toContain(byDigest("team/app"));
	});

	test("cannot pull with the login of a region where no cache is configured", async () => {
		const containerd = await containerdIn("home");
		const secret = estate.consumer("prod-eu");
		await expect(pullAsKubelet(containerd, PROD_IMAGE, secret)).rejects.toThrow(
			"401 Unauthorized",
		);
	});

	test("pulls Prod's images from home while the region is away, with the second pull secret", async () => {
		const containerd = await containerdIn("eu");
		const first = estate.consumer("prod-eu");
		const second = estate.consumer("prod");
		const front = "eu-front-server";
		const { Id } = await runningContainer(docker, stack.name, front);
		await docker.getContainer(Id).stop({ t: 0 });
		try {
			await expect(
				pullAsKubelet(containerd, PROD_IMAGE, first),
			).rejects.toThrow("connection refused");
			const paths = await estate.served("home", "prod", async () =>
				expect(await pullAsKubelet(containerd, PROD_IMAGE, second)).toBe(
					estate.imageId,
				),
			);
			expect(paths).toContain(byDigest("team/app"));
		} finally {
			await docker.getContainer(Id).start();
		}
	});
});

test("a Docker Engine pulls Docker Hub's images from the Archive, and finds no others", async () => {
	removeBridge = await ownBridge();
	const engine = await startEngine(machineIn("eu"));
	const paths = await estate.served("home", "archive", async () => {
		const { stdout } = succeeded(await engine("pull", ARCHIVED));
		expect(stdout).toContain(`Digest: ${estate.image.digest}`);
	});
	// The mirror's door has no prefix.
	expect(paths).toContain(byDigest("library/kept"));
	const { code, stderr } = await engine("pull", "library/not-kept:1");
	expect(code).toBe(1);
	expect(stderr).toContain("registry-1.docker.io");
});

describe("skopeo", () => {
	async function pull(
		image: string,
		...registries: readonly Published[]
	): Promise<string> {
		const machine = machineIn("eu");
		return copyWithSkopeo(machine, image, logins(machine, registries));
	}
	const index = () =>
		readFileSync(
			join(estate.image.folder, "blobs", ...estate.image.digest.split(":")),
			"utf8",
		);

	test("pulls Docker Hub's images from the region's cache of the Archive, with a login", async () => {
		const paths = await estate.served("eu", "archive-eu", async () =>
			expect(await pull(DOCKER_HUB_IMAGE, "archive-eu")).toBe(index()),
		);
		expect(paths).toContain("/v2/docker.io/library/kept/manifests/1");
	});

	test("pulls them from the Archive itself without one", async () => {
		const paths = await estate.served("home", "archive", async () =>
			expect(await pull(DOCKER_HUB_IMAGE)).toBe(index()),
		);
		expect(paths).toContain("/v2/docker.io/library/kept/manifests/1");
	});

	test("pulls Prod's images from the region's cache, with no login at home", async () => {
		const paths = await estate.served("eu", "prod-eu", async () =>
			expect(await pull(PROD_IMAGE, "prod-eu")).toBe(index()),
		);
		expect(paths).toContain("/v2/team/app/manifests/1.0.0");
	});
});

describe("BuildKit", () => {
	/** What the image's one file says after a build from it. */
	async function build(
		base: string,
		...registries: readonly Published[]
	): Promise<string> {
		const machine = machineIn("eu");
		const root = await buildFrom(machine, base, logins(machine, registries));
		return readFileSync(join(root, "hello"), "utf8");
	}

	test("builds from Docker Hub's images that come from the Archive", async () => {
		const paths = await estate.served("home", "archive", async () =>
			expect(await build(DOCKER_HUB_IMAGE)).toMatch(/^(amd64|arm64) \d+$/),
		);
		expect(paths).toContain(byDigest("docker.io/library/kept"));
	});

	test("builds from Prod's images that come from the region's cache", async () => {
		const paths = await estate.served("eu", "prod-eu", async () =>
			expect(await build(PROD_IMAGE, "prod-eu")).toMatch(/^(amd64|arm64) \d+$/),
		);
		expect(paths).toContain(byDigest("team/app"));
	});
});
