import { parse } from "yaml";
import { remembered } from "../remembered.ts";
import { type Server, serversOf } from "./servers.ts";

/** A server of CNCF distribution, with its configuration as it reads it. */
export interface RegistryServer {
	readonly server: Server;
	readonly config: RegistryConfig;
	/** The tier it serves: the name before the dot in its token service, e.g. `prod-rw` of `prod-rw.dev`. */
	readonly tier: string;
	/** Ids of the keys whose tokens it takes. */
	readonly trustedKeys: readonly string[];
}

/** The parts of distribution's configuration the rules look at. */
export interface RegistryConfig {
	readonly storage?: {
		readonly filesystem?: { readonly rootdirectory?: string };
		readonly delete?: { readonly enabled?: boolean };
		readonly cache?: unknown;
		readonly maintenance?: {
			readonly readonly?: { readonly enabled?: boolean };
		};
	};
	readonly http?: {
		readonly addr?: string;
		readonly secret?: string;
		readonly debug?: { readonly addr?: string };
	};
	readonly auth?: {
		readonly silly?: unknown;
		readonly htpasswd?: unknown;
		readonly token?: {
			readonly realm?: string;
			readonly service?: string;
			readonly issuer?: string;
			readonly jwks?: string;
			readonly signingalgorithms?: readonly string[];
		};
	};
	readonly validation?: {
		readonly disabled?: boolean;
		readonly enabled?: boolean;
	};
	readonly proxy?: {
		readonly remoteurl?: string;
		readonly username?: string;
		readonly password?: string;
		readonly ttl?: string;
		readonly exec?: { readonly command?: string; readonly lifetime?: string };
	};
}

/** Every registry server of the stack that has a configuration. */
export const registriesOf = remembered((resources): readonly RegistryServer[] =>
	serversOf(resources).flatMap((server) => {
		const text = configOf(server);
		return text === undefined ? [] : [registry(server, parsed(text, server))];
	}),
);

/** The file its command names, if that is a configuration of distribution. */
function configOf({ command, files }: Server): string | undefined {
	return command
		.map((word) => files[word])
		.find((text) => text !== undefined && /^version: ["']?0\.1/m.test(text));
}

function parsed(text: string, { resource, name }: Server): RegistryConfig {
	try {
		return parse(text);
	} catch {
		// The parser's own message shows the lines, and one of them has a secret.
		throw new Error(
			`the registry configuration of '${name}' in ${resource.urn} is not YAML`,
		);
	}
}

function registry(server: Server, config: RegistryConfig): RegistryServer {
	const { service = "", jwks = "" } = config.auth?.token ?? {};
	return {
		server,
		config,
		tier: service.split(".")[0] ?? "",
		trustedKeys: keyIds(server.files[jwks]),
	};
}

function keyIds(jwks: string | undefined): readonly string[] {
	if (jwks === undefined) return [];
	const { keys = [] } = JSON.parse(jwks) as {
		readonly keys?: readonly { readonly kid?: string }[];
	};
	return keys.map(({ kid = "" }) => kid);
}

/** Tiers whose contents nothing else holds. */
export const isOrigin = ({ config }: RegistryServer): boolean => !config.proxy;

/** Both halves of Prod, and no cache of it. */
export const servesProd = (registry: RegistryServer): boolean =>
	isOrigin(registry) && /^prod(?:-rw|-ro)?$/.test(registry.tier);
