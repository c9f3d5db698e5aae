import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Captured, runCaptured } from "../../toolchain/process.ts";

/** A person or job with its own docker login state, or none. */
export interface Client {
	/** Runs docker as this client. */
	docker(...args: readonly string[]): Promise<Captured>;
	/** Runs skopeo as this client. */
	skopeo(...args: readonly string[]): Promise<Captured>;
	login(address: string, user: string, password: string): Promise<Captured>;
}

const folders: string[] = [];

/** A client that is logged in nowhere. Its credentials are in a folder that `forgetClients` removes. */
export function newClient(): Client {
	const folder = mkdtempSync(join(tmpdir(), "smoke-client-"));
	folders.push(folder);
	const env = {
		DOCKER_CONFIG: folder,
		REGISTRY_AUTH_FILE: join(folder, "config.json"),
	};
	return {
		docker: (...args) => runCaptured("docker", args, { env }),
		skopeo: (command = "", ...args) =>
			runCaptured("skopeo", [command, ...plainHttp(command), ...args], { env }),
		login: (address, user, input) =>
			runCaptured(
				"docker",
				["login", address, "--username", user, "--password-stdin"],
				{ env, input },
			),
	};
}

/** Removes what the clients of this process stored. */
export function forgetClients(): void {
	for (const folder of folders)
		rmSync(folder, { recursive: true, force: true });
}

// The fronts of `dev` speak http on the loopback interface; docker knows, skopeo has to be told.
function plainHttp(command: string): readonly string[] {
	return command === "copy"
		? ["--src-tls-verify=false", "--dest-tls-verify=false"]
		: ["--tls-verify=false"];
}

/** Fails unless the command succeeded. */
export function succeeded(result: Captured): Captured {
	if (result.code !== 0) {
		throw new Error(
			`exit code ${result.code}: ${result.stderr || result.stdout}`,
		);
	}
	return result;
}

/** Fails unless the command was refused with every one of the words in its message. */
export function refused(result: Captured, ...words: readonly string[]): void {
	const said = `${result.stdout}\n${result.stderr}`;
	if (result.code === 0) throw new Error(`it was allowed: ${said}`);
	const missing = words.filter((word) => !said.includes(word));
	if (missing.length > 0) {
		throw new Error(
			`refused without saying '${missing.join("', '")}': ${said}`,
		);
	}
}

/** Removes all images of some registries from the machine, so that their layers have to be downloaded again. */
export async function forgetImages(
	client: Client,
	addresses: readonly string[],
): Promise<void> {
	const { stdout } = succeeded(
		await client.docker(
			"images",
			"--format",
			"{{.Repository}} {{.Tag}} {{.ID}}",
		),
	);
	const own = stdout
		.split("\n")
		.filter((image) => addresses.some((a) => image.startsWith(`${a}/`)))
		.map((image) => image.split(" "))
		// A tag that moved leaves its image behind without one.
		.map(([repository, tag, id]) =>
			tag === "<none>" ? `${id}` : `${repository}:${tag}`,
		);
	if (own.length > 0) succeeded(await client.docker("rmi", "--force", ...own));
}
