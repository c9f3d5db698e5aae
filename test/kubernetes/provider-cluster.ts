import {
	KubeConfig,
	type KubernetesObject,
	KubernetesObjectApi,
	PatchStrategy,
} from "@kubernetes/client-node";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { KUBECONFIG as LOCAL } from "../../toolchain/cluster/state.ts";

const { REGISTRY_TIERS_KUBECONFIG: other } = process.env;

/** The cluster that the provider is tried on: this machine's, or that of REGISTRY_TIERS_KUBECONFIG. */
export const KUBECONFIG = other ?? LOCAL;

/** Starts this machine's cluster, unless the environment names another. */
export async function ensureCluster(): Promise<void> {
	if (other === undefined) await startCluster();
}

/** An object as JSON; tests know what they look for. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, looked at in a test.
export type LiveObject = any;

let connected: KubernetesObjectApi | undefined;

// The kubeconfig is there once the cluster is.
function client(): KubernetesObjectApi {
	if (connected) return connected;
	const config = new KubeConfig();
	config.loadFromFile(KUBECONFIG);
	connected = KubernetesObjectApi.makeApiClient(config);
	return connected;
}

/** One object as it is, seen by the official client and not by the provider's own. */
export async function read(
	apiVersion: string,
	kind: string,
	namespace: string,
	name: string,
): Promise<LiveObject> {
	return client().read({ apiVersion, kind, metadata: { namespace, name } });
}

/** The names of all objects of a kind in a namespace. */
export async function names(
	apiVersion: string,
	kind: string,
	namespace: string,
): Promise<string[]> {
	const { items } = await client().list(apiVersion, kind, namespace);
	return items.map(({ metadata }) => metadata?.name ?? "");
}

/** Changes an object as another manager of fields. */
export async function patch(
	object: KubernetesObject & LiveObject,
	manager: string,
): Promise<void> {
	await client().patch(
		object,
		undefined,
		undefined,
		manager,
		undefined,
		PatchStrategy.MergePatch,
	);
}

/** Makes an object that no program knows of. */
export async function create(object: KubernetesObject): Promise<void> {
	await client().create(object);
}

export async function remove(object: KubernetesObject): Promise<void> {
	await client().delete(object);
}
