import { registryTokens } from "../../services/gate/tokens.ts";
import type { GuardedRegistry } from "../docker/gate-estate.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

const REPOSITORY = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//;

/**
 * Opens a way into a registry past its gate, for those who set a scene and look at it afterwards:
 * everything may be done there, without credentials. The clock of its tokens is right in any case.
 */
export function openDoor({
	registry,
	config,
	seed,
}: GuardedRegistry): Promise<FaultProxy> {
	const tokens = registryTokens(config, seed);
	return startFaultProxy(registry.url, {
		headersFor: async (_method, path) => {
			const name = REPOSITORY.exec(path)?.[1];
			const actions = ["pull", "push", "delete"];
			const access = name
				? [{ type: "repository", name, actions }]
				: [{ type: "registry", name: "catalog", actions: ["*"] }];
			const { token } = tokens.mint({
				subject: "scene",
				access,
				lifetimeSeconds: 60,
			});
			return { authorization: `Bearer ${token}` };
		},
	});
}
