import type { Registry } from "../../topology/estate.ts";
import { LEG_PORT, SERVICE_PORT } from "../../topology/names.ts";
import { type Leg, legBlocks } from "./leg.ts";
import { mirrorBlock } from "./mirror-block.ts";
import { PREAMBLE, unknownHost } from "./nginx.ts";
import { registryBlock, replicaMaps } from "./registry-block.ts";

/** Port the front answers its own health check on; inside the container only. */
export const FRONT_HEALTH_PORT = 8081;

/** What a front stands before: the registries of a location, and in a region the ways to home. */
export interface FrontSpec {
	readonly registries: readonly Registry[];
	readonly legs: readonly Leg[];
}

/**
 * Renders nginx's configuration: one virtual server for each registry, by host name inside the
 * estate and by port for clients on the machine. A name it does not know gets 421.
 */
export function renderFrontConfig({ registries, legs }: FrontSpec): string {
	const local = "localhost 127.0.0.1";
	const blocks = registries.flatMap((registry) => [
		replicaMaps(registry),
		registryBlock(registry, SERVICE_PORT, registry.host),
		...(registry.port === undefined
			? []
			: [
					unknownHost(registry.port),
					registryBlock(registry, registry.port, local),
				]),
		...(registry.mirror
			? [
					unknownHost(registry.mirror.port),
					mirrorBlock(registry, registry.mirror),
				]
			: []),
	]);
	return [
		PREAMBLE,
		unknownHost(SERVICE_PORT),
		...blocks,
		...(legs.length > 0 ? [unknownHost(LEG_PORT)] : []),
		...legs.map(legBlocks),
		HEALTH,
		"}",
		"",
	]
		.filter((block, i, all) => block !== "" || i === all.length - 1)
		.join("\n\n");
}

const HEALTH = `  server {
    listen 127.0.0.1:${FRONT_HEALTH_PORT};
    set $registry_name "";
    access_log off;
    return 200 '{"status":"ok"}';
  }`;
