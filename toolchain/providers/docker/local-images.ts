import type Docker from "dockerode";
import { failed, ifFound, retried } from "./api-error.ts";
import type { RegistryAuth } from "./client.ts";
import { followed } from "./progress.ts";

const DOCKER_HUB = "docker.io";

/** The images the engine has, and how it gets others. */
export class LocalImages {
	readonly #docker: Docker;
	readonly #auth: readonly RegistryAuth[];

	constructor(docker: Docker, auth: readonly RegistryAuth[]) {
		this.#docker = docker;
		this.#auth = auth;
	}

	/** The image of this name or id, or undefined when the engine has none. */
	find(name: string): Promise<Docker.ImageInspectInfo | undefined> {
		return ifFound(retried(() => this.#docker.getImage(name).inspect()));
	}

	/** The image of this name or id; pulled when the engine has none, and only then. */
	async findOrPull(
		name: string,
		signal: AbortSignal,
		platform?: string,
	): Promise<Docker.ImageInspectInfo> {
		const local = await this.find(name);
		if (local !== undefined) return local;
		try {
			await this.#pull(name, signal, platform);
		} catch (error) {
			throw failed(`unable to pull image ${name}`, error);
		}
		const pulled = await this.find(name);
		if (pulled === undefined)
			throw new Error(`unable to find or pull image ${name}`);
		return pulled;
	}

	async #pull(name: string, signal: AbortSignal, platform?: string) {
		if (/^(?:sha256:)?[0-9a-f]{64}$/.test(name))
			throw new Error(
				"this is an image id, and the engine has no such image: ids cannot be pulled, names can",
			);
		const auth = this.#auth.find(
			({ address }) => registryHost(address) === registryOf(name),
		);
		const stream = await this.#docker.createImage(
			auth && {
				username: auth.username ?? "",
				password: auth.password ?? "",
				serveraddress: registryHost(auth.address),
			},
			{
				fromImage: withTag(name),
				...(platform && { platform }),
				abortSignal: signal,
			},
		);
		await followed(stream);
	}
}

/** The image's digest in its registry, `repo@sha256:…`; empty when it was built here. */
export function repoDigest(
	name: string,
	{ RepoDigests = [] }: Pick<Docker.ImageInspectInfo, "RepoDigests">,
): string {
	const [only, ...others] = RepoDigests;
	if (only === undefined || others.length === 0) return only ?? "";
	const repository = withTag(name).replace(/(?::[\w.-]+)?(?:@.*)?$/, "");
	return (
		RepoDigests.find((digest) => digest.startsWith(`${repository}@`)) ?? ""
	);
}

/** The registry an image name points to, by the rule of the distribution reference grammar. */
export function registryOf(name: string): string {
	const [first = "", ...rest] = name.split("/");
	const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
	return isHost ? first : DOCKER_HUB;
}

function registryHost(address: string): string {
	const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
	return /^(?:index|registry(?:-1|\.hub)?)\.docker\.(?:io|com)$/.test(host)
		? DOCKER_HUB
		: host;
}

// The engine pulls every tag of a repository when the name has none.
function withTag(name: string): string {
	return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
}
