import type { Registry } from "../../topology/estate.ts";
import type { tlsEnd } from "../../topology/kubernetes-spec.ts";
import { LEG_PORT, SERVICE_PORT, TLS_PORT } from "../../topology/names.ts";
import { type Leg, legBlocks } from "./leg.ts";
import { mirrorBlock } from "./mirror-block.ts";
import { type FrontPlace, preamble, unknownHost } from "./nginx.ts";
import {
	type FrontedRegistry,
	registryBlock,
	replicaMaps,
} from "./registry-block.ts";

/** Port the front answers its own health check on; inside the container only. */
export const FRONT_HEALTH_PORT = 8081;
/** Folder of the certificate of its public names. */
export const CERTIFICATE_ROOT = "/certificate";

/** What a front stands before: the registries of a location, and in a region the ways to home. */
export interface FrontSpec {
	readonly registries: readonly Registry[];
	readonly gateHost: string;
	readonly legs: readonly Leg[];
	/** Where the certificate of the public names is used. */
	readonly tls: ReturnType<typeof tlsEnd>;
}

/** The public names of a front. */
export const publicHostsOf = (registries: readonly Registry[]) =>
	registries
		.flatMap(({ publicHost, mirror }) => [publicHost, mirror?.publicHost])
		.flatMap((host) => (host ? [host.name] : []));

/**
 * Renders nginx's configuration: one virtual server for each registry, by host name inside the
 * estate, by port for clients on the machine and by public name for others. A name it does not know
 * gets 421.
 */
export function renderFrontConfig(
	{ registries, gateHost, legs, tls }: FrontSpec,
	place: FrontPlace,
): string {
	const publicHosts = publicHostsOf(registries);
	const ownTls = tls === "front" && publicHosts.length > 0;
	const blocks = registries.flatMap((registry) =>
		serversOf({ registry, gateHost }, ownTls),
	);
	return [
		preamble(place, tls === "before" ? publicHosts : []),
		unknownHost(listenOn(SERVICE_PORT, true)),
		...(ownTls ? [CERTIFICATE, unknownHost(listenTls(true))] : []),
		...blocks,
		...(legs.length > 0 ? [unknownHost(listenOn(LEG_PORT, true))] : []),
		...legs.map(legBlocks),
		HEALTH,
		"}",
		"",
	]
		.filter((block, i, all) => block !== "" || i === all.length - 1)
		.join("\n\n");
}

function serversOf(fronted: FrontedRegistry, ownTls: boolean): string[] {
	const { registry } = fronted;
	const { port, host, publicHost, mirror } = registry;
	const inside = listenOn(SERVICE_PORT);
	const outside = ownTls ? listenTls() : inside;
	const shared = publicHost && !ownTls ? `${host} ${publicHost.name}` : host;
	return [
		replicaMaps(registry),
		registryBlock(fronted, inside, shared),
		...(publicHost && ownTls
			? [registryBlock(fronted, outside, publicHost.name)]
			: []),
		...(port === undefined
			? []
			: [
					unknownHost(listenOn(port, true)),
					registryBlock(fronted, listenOn(port), LOCAL),
				]),
		...(mirror?.port === undefined
			? []
			: [
					unknownHost(listenOn(mirror.port, true)),
					mirrorBlock(fronted, mirror, listenOn(mirror.port), LOCAL),
				]),
		...(mirror?.publicHost
			? [mirrorBlock(fronted, mirror, outside, mirror.publicHost.name)]
			: []),
	];
}

const LOCAL = "localhost 127.0.0.1";

const listenOn = (port: number, unknown = false) =>
	`listen ${port}${unknown ? " default_server" : ""};`;

const listenTls = (unknown = false) =>
	`listen ${TLS_PORT} ssl${unknown ? " default_server" : ""};`;

// By a variable, so that nginx reads the files at each handshake: certificates are renewed in place.
const CERTIFICATE = `  map $ssl_server_name $certificate_folder { default ${CERTIFICATE_ROOT}; }
  ssl_certificate $certificate_folder/tls.crt;
  ssl_certificate_key $certificate_folder/tls.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:tls:1m;`;

const HEALTH = `  server {
    listen 127.0.0.1:${FRONT_HEALTH_PORT};
    set $registry_name "";
    access_log off;
    return 200 '{"status":"ok"}';
  }`;
