import type { Resource } from "../resource.ts";
import { type Server, serversOf } from "./servers.ts";

/** A gate's configuration, as far as the rules look at it. */
export interface GateConfig {
	readonly registries: readonly {
		readonly name: string;
		readonly createOnlyTags?: boolean;
		/** What each principal may do, e.g. `{ ci: ["pull", "create"] }`. */
		readonly grants: Readonly<Record<string, readonly string[]>>;
	}[];
}

/** One end of a job: a registry, as whom it goes there, and what proves it. */
export interface End {
	readonly url?: string;
	readonly username?: string;
	readonly passwordFile?: string;
}

export interface PromoterConfig {
	readonly source: End;
	readonly destination: End;
}

export interface HousekeepingConfig {
	readonly cleanup?: {
		readonly registries: readonly ({ readonly name: string } & End)[];
	};
}

/** A server with the configuration its command names. */
export interface Configured<T> {
	readonly server: Server;
	readonly config: T;
}

export const gatesOf = (resources: readonly Resource[]) =>
	configured<GateConfig>(resources, ({ registries }) =>
		Array.isArray(registries),
	);

export const promotersOf = (resources: readonly Resource[]) =>
	configured<PromoterConfig>(
		resources,
		({ source, destination }) =>
			source !== undefined && destination !== undefined,
	);

export const housekeepersOf = (resources: readonly Resource[]) =>
	configured<HousekeepingConfig>(
		resources,
		({ cleanup }) => cleanup !== undefined,
	);

export const frontsOf = (resources: readonly Resource[]) =>
	serversOf(resources).filter(({ command, files }) =>
		command.some((word) => word.endsWith("nginx.conf") && word in files),
	);

function configured<T extends object>(
	resources: readonly Resource[],
	is: (config: Readonly<Record<string, unknown>>) => boolean,
): readonly Configured<T>[] {
	return serversOf(resources).flatMap((server) => {
		const config = server.command
			.filter((word) => word.endsWith(".json"))
			.map((word) => parsed(server, word))
			.find((document) => document !== undefined && is(document));
		return config ? [{ server, config: config as T }] : [];
	});
}

function parsed(
	{ files, resource, name }: Server,
	file: string,
): Readonly<Record<string, unknown>> | undefined {
	const text = files[file];
	if (text === undefined) return undefined;
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch {
		// The parser's own message shows part of the text.
		throw new Error(`${file} of '${name}' in ${resource.urn} is not JSON`);
	}
	// What is no object has no fields.
	return Object(document);
}
