import {
	KubeConfig,
	type KubernetesObject,
	KubernetesObjectApi,
	PatchStrategy,
} from "@kubernetes/client-node";
import { KUBECONFIG as LOCAL } from "../../toolchain/cluster/state.ts";

/** The cluster that the provider is tried on. */
export const KUBECONFIG = process.env.REGISTRY_TIERS_KUBECONFIG ?? LOCAL;

/** An object as JSON; tests know what they look for. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, looked at in a test.
export type LiveObject = any;

const config = new KubeConfig();
config.loadFromFile(KUBECONFIG);
const client = KubernetesObjectApi.makeApiClient(config);

/** One object as it is, seen by the official client and not by the provider's own. */
export async function read(
	apiVersion: string,
	kind: string,
	namespace: string,
	name: string,
): Promise<LiveObject> {
	return client.read({ apiVersion, kind, metadata: { namespace, name } });
}

/** The names of all objects of a kind in a namespace. */
export async function names(
	apiVersion: string,
	kind: string,
	namespace: string,
): Promise<string[]> {
	const { items } = await client.list(apiVersion, kind, namespace);
	return items.map(({ metadata }) => metadata?.name ?? "");
}

/** Changes an object as another manager of fields. */
export async function patch(
	object: KubernetesObject & LiveObject,
	manager: string,
): Promise<void> {
	await client.patch(
		object,
		undefined,
		undefined,
		manager,
		undefined,
		PatchStrategy.MergePatch,
	);
}

export async function remove(object: KubernetesObject): Promise<void> {
	await client.delete(object);
}
