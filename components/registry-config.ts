import { stringify } from "yaml";
import type { Registry, Upstream } from "../topology/estate.ts";
import { legUrl } from "../topology/names.ts";
import { httpHealth } from "./http-health.ts";
import { CONFIG_ROOT } from "./platform/platform.ts";

/** Where the registry keeps its blobs inside its container. */
export const STORE_ROOT = "/var/lib/registry";
/** Port for health and metrics; answers on the loopback interface only. */
export const debugPort = ({ port }: { readonly port: number }) => port + 1;
/** Command that succeeds when the registry at a port can serve. */
export const registryHealth = (server: { readonly port: number }) =>
	httpHealth(debugPort(server), "/debug/health");
/** Time a registry finishes its requests in after it was asked to stop. */
export const DRAIN_SECONDS = 10;

/**
 * Renders the configuration of one registry server (CNCF distribution ≥ 3.1.2).
 *
 * @see https://distribution.github.io/distribution/about/configuration/
 */
export function renderRegistryConfig(
	registry: Registry,
	httpSecret: string,
): string {
	const readOnly = registry.mode === "read-only";
	return stringify({
		version: 0.1,
		log: {
			level: "info",
			formatter: "json",
			// The front logs every request; twice is noise.
			accesslog: { disabled: true },
		},
		storage: {
			filesystem: { rootdirectory: STORE_ROOT },
			delete: { enabled: registry.deletes },
			// No `cache`: a descriptor cache answers for blobs that garbage collection removed.
			maintenance: {
				readonly: { enabled: readOnly },
				// All four keys or the server panics. A read-only store has no uploads to purge.
				uploadpurging: {
					enabled: !readOnly,
					age: "168h",
					interval: "24h",
					dryrun: false,
				},
			},
		},
		http: {
			addr: `:${registry.server.port}`,
			secret: httpSecret,
			relativeurls: true,
			// 0, the default, cuts running pushes off at every replacement.
			draintimeout: `${DRAIN_SECONDS}s`,
			debug: { addr: `127.0.0.1:${debugPort(registry.server)}` },
		},
		auth: {
			token: {
				// Required, but not used: the realm is the host the client already talks to.
				realm: `http://${registry.host}/auth/token`,
				autoredirect: true,
				autoredirectpath: "/auth/token",
				service: registry.service,
				issuer: registry.issuer,
				jwks: `${CONFIG_ROOT}/${JWKS_FILE}`,
				// The default list includes HS256, which turns a public key into a password.
				signingalgorithms: ["EdDSA"],
			},
		},
		health: {
			storagedriver: { enabled: true, interval: "10s", threshold: 3 },
		},
		...(registry.upstream && { proxy: proxyTo(registry.upstream) }),
	});
}

function proxyTo({ legHost }: Upstream) {
	return {
		remoteurl: legUrl(legHost),
		// Not username and password: with these the server asks its upstream at start, and does not
		// start while home is away.
		exec: {
			command: `${CONFIG_ROOT}/${CREDENTIALS_SCRIPT}`,
			lifetime: CREDENTIALS_LIFETIME,
		},
		// Never: a lifetime counts from the first fetch and would erase warm images during an outage.
		ttl: "0s",
	};
}

// How long a cache goes on with a credential that was taken back.
const CREDENTIALS_LIFETIME = "5m";

/** Name of the program that prints the cache's credential, as docker's credential helpers do. */
export const CREDENTIALS_SCRIPT = "upstream-credentials";
/** Name of the file it prints. */
export const CREDENTIALS_FILE = "upstream.json";

/** Name of the file with the public keys the registry trusts. */
export const JWKS_FILE = "jwks.json";
/** Name of the configuration file itself. */
export const REGISTRY_CONFIG_FILE = "config.yml";
