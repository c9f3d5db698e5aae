import type Docker from "dockerode";
import type { Estate, Registry } from "../topology/estate.ts";
import { NAME_LABEL } from "../topology/labels.ts";
import { publishedAddress } from "../topology/published.ts";
import { tierResources } from "../topology/resource-names.ts";
import { runCaptured } from "./process.ts";
import { stackContainers } from "./stack-containers.ts";

/** How a tier is, as an operator wants to know it. */
export interface TierStatus {
	readonly tier: string;
	readonly location: string;
	/** E.g. `localhost:5102`; absent for what is not published. */
	readonly address?: string;
	readonly healthy: boolean;
	/** What is wrong, one each; empty when healthy. */
	readonly problems: readonly string[];
	/** Of the registry server, e.g. `v3.1.2`; absent when none runs. */
	readonly version?: string;
	/** One for each store that could be looked at. */
	readonly fill: readonly StoreFill[];
}

/** How full a store is. */
export interface StoreFill {
	readonly server: string;
	readonly usedBytes: number;
	/** Free on the file system the store is on. */
	readonly freeBytes: number;
}

/** Looks at every registry of an estate: its servers, its front and gate, and whether it answers. */
export async function tierStatuses(
	client: Docker,
	estate: Estate,
	env: Readonly<Record<string, string>>,
): Promise<readonly TierStatus[]> {
	const containers = new Map(
		(await stackContainers(client, estate.stack)).map((info) => [
			info.Labels[NAME_LABEL] ?? "",
			info,
		]),
	);
	return Promise.all(
		estate.registries.map(async (registry): Promise<TierStatus> => {
			const { servers } = tierResources(registry);
			const parts = [
				...servers,
				`${registry.gate}-front-server`,
				`${registry.gate}-gate-server`,
			];
			const looks = await Promise.all(
				servers.map((name) => look(name, containers.get(name), env)),
			);
			const problems = [
				...parts.flatMap((name) => troubleWith(name, containers.get(name))),
				...(await answers(registry)),
			];
			const version = looks.find((seen) => seen)?.version;
			const address = publishedAddress(registry);
			return {
				tier: registry.name,
				location: registry.location,
				...(address && { address }),
				healthy: problems.length === 0,
				problems,
				...(version && { version }),
				fill: looks.flatMap((seen) => (seen ? [seen.fill] : [])),
			};
		}),
	);
}

function troubleWith(
	name: string,
	info: Docker.ContainerInfo | undefined,
): readonly string[] {
	if (!info) return [`${name} does not exist`];
	if (info.State !== "running") return [`${name} is ${info.State}`];
	// `Up 3 minutes (healthy)`: the engine has the health nowhere else in its list.
	return info.Status.includes("(healthy)")
		? []
		: [`${name} is ${/\((.*)\)/.exec(info.Status)?.[1] ?? "not checked"}`];
}

/** How long a front may take to answer before that is a problem of its own. */
const ANSWER_MS = 5_000;

async function answers({ port }: Registry): Promise<readonly string[]> {
	if (port === undefined) return [];
	const url = `http://127.0.0.1:${port}/v2/`;
	try {
		const signal = AbortSignal.timeout(ANSWER_MS);
		const { status } = await fetch(url, { signal });
		// A registry that asks who is there is there.
		return status === 200 || status === 401 ? [] : [`${url} answers ${status}`];
	} catch (error) {
		const cause = error instanceof Error ? (error.cause ?? error) : error;
		return [
			`${url} does not answer: ${cause instanceof Error ? cause.message : cause}`,
		];
	}
}

/** Asks a registry server in its container for what `parseLook` reads. */
export const LOOK =
	"registry --version; du -sk /var/lib/registry; df -Pk /var/lib/registry";

async function look(
	server: string,
	info: Docker.ContainerInfo | undefined,
	env: Readonly<Record<string, string>>,
): Promise<{ version: string; fill: StoreFill } | undefined> {
	if (info?.State !== "running") return undefined;
	const args = ["exec", info.Id, "sh", "-c", LOOK];
	const { code, stdout } = await runCaptured("docker", args, { env });
	return code === 0 ? parseLook(server, stdout) : undefined;
}

/** What `registry --version`, `du -sk` and `df -Pk` print, one after the other. */
export function parseLook(
	server: string,
	printed: string,
): { readonly version: string; readonly fill: StoreFill } {
	const [about = "", used = "", , disk = ""] = printed.trim().split("\n");
	return {
		version: about.trim().split(/\s+/).at(-1) ?? "",
		fill: {
			server,
			usedBytes: Number.parseInt(used, 10) * 1024,
			freeBytes: Number(disk.trim().split(/\s+/)[3]) * 1024,
		},
	};
}
