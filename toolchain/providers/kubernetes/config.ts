import { isDeepStrictEqual } from "node:util";
import type { PropertyChange } from "../diff.ts";
import { type PropertyMap, sameValue, secret, UNKNOWN } from "../values.ts";
import { activeCluster, type ClusterConfig, isContents } from "./kubeconfig.ts";

// What leads to another cluster.
const WAYS = ["kubeconfig", "context", "cluster"] as const;

/** The arguments with a kubeconfig marked as the secret it is, unless it is only a path. */
export function concealedConfig(inputs: PropertyMap): PropertyMap {
	const { kubeconfig } = inputs;
	if (typeof kubeconfig !== "string" || kubeconfig === UNKNOWN) return inputs;
	return isContents(kubeconfig)
		? { ...inputs, kubeconfig: secret(kubeconfig) }
		: inputs;
}

/**
 * What changed in a provider's arguments. Another cluster replaces all resources. Clusters have no identity: they
 * differ when `clusterIdentifier` does, or, without one, when they are reached differently, as with the official
 * plugin.
 */
export async function configChanges(
	before: PropertyMap,
	after: PropertyMap,
): Promise<readonly PropertyChange[]> {
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
	const changed = names.filter((name) => !sameValue(before[name], after[name]));
	const replacing = await replacingArguments(before, after, changed);
	return changed.map((path) => ({
		path,
		kind: "update",
		replace: replacing.includes(path),
	}));
}

async function replacingArguments(
	before: PropertyMap,
	after: PropertyMap,
	changed: readonly string[],
): Promise<readonly string[]> {
	const identifiers = [before.clusterIdentifier, after.clusterIdentifier];
	if (identifiers.every((identifier) => identifier !== undefined))
		return changed.filter((name) => name === "clusterIdentifier");
	const ways = changed.filter((name) => WAYS.some((way) => way === name));
	if (ways.length === 0) return [];
	if (ways.some((way) => after[way] === UNKNOWN)) return ways;
	const [old, current] = await Promise.all([reached(before), reached(after)]);
	const known = old !== undefined && current !== undefined;
	return known && !isDeepStrictEqual(old, current) ? ways : [];
}

// A kubeconfig that can no longer be read says nothing about the cluster.
const reached = (config: ClusterConfig) =>
	activeCluster(config).catch(() => undefined);
