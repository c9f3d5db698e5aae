import { runCaptured } from "../../process.ts";
import type { Api } from "./api.ts";
import type { Namespace, NetworkPolicy, Pod } from "./objects.ts";
import { renderPolicyRules } from "./policy-rules.ts";

/** What the enforcer has to be told of. */
export const POLICY_COLLECTIONS = [
	"/api/v1/namespaces",
	"/api/v1/pods",
	"/apis/networking.k8s.io/v1/networkpolicies",
] as const;

/** Addresses that CNI told, by the pod's uid: earlier than kubelet writes them to the pod. */
const announced = new Map<string, string>();
let enforced = "";
let last: Promise<void> = Promise.resolve();

/** Brings a pod's policies into force before it starts. */
export function admitPod(
	api: Api,
	uid: string,
	address: string,
): Promise<void> {
	announced.set(uid, address);
	return enforcePolicies(api);
}

/**
 * Brings the node's rules to what the cluster's NetworkPolicies say. Connections that are there stay, as
 * Kubernetes leaves open.
 */
export function enforcePolicies(api: Api): Promise<void> {
	// One after the other, so that what was read first is never applied last.
	const next = last.then(() => enforce(api));
	last = next.catch(() => {});
	return next;
}

async function enforce(api: Api): Promise<void> {
	const [namespaces, pods, policies] = await Promise.all([
		api.list<Namespace>(POLICY_COLLECTIONS[0]),
		api.list<Pod>(POLICY_COLLECTIONS[1]),
		api.list<NetworkPolicy>(POLICY_COLLECTIONS[2]),
	]);
	const rules = renderPolicyRules({
		namespaces,
		pods: pods.map(withAnnounced),
		policies,
	});
	forgetGone(pods);
	if (rules === enforced) return;
	const { code, stderr } = await runCaptured("nft", ["-f", "-"], {
		input: rules,
	});
	if (code !== 0) throw new Error(`nft refuses the rules: ${stderr}\n${rules}`);
	enforced = rules;
}

function withAnnounced(pod: Pod): Pod {
	const podIP = pod.status.podIP ?? announced.get(pod.metadata.uid);
	return podIP ? { ...pod, status: { ...pod.status, podIP } } : pod;
}

function forgetGone(pods: readonly Pod[]): void {
	const present = new Set(pods.map(({ metadata }) => metadata.uid));
	for (const uid of announced.keys()) {
		if (!present.has(uid)) announced.delete(uid);
	}
}
