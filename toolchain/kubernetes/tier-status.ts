import type { Estate, Member, Registry } from "../../topology/estate.ts";
import { namespaceOf } from "../../topology/hosts.ts";
import { memberLabel } from "../../topology/kubernetes-labels.ts";
import { publishedAddress } from "../../topology/published.ts";
import { podProblems } from "../providers/kubernetes/awaits/pods.ts";
import { condition, listAt, textAt } from "../providers/kubernetes/objects.ts";
import type { PropertyMap } from "../providers/values.ts";
import { LOOK, parseLook, type TierStatus } from "../tier-status.ts";
import { execInPod } from "./pod-exec.ts";
import type { StackCluster } from "./stack-cluster.ts";

/** Looks at every registry of an estate on a cluster: the pods of its servers, its front and its gate. */
export function clusterTierStatuses(
	cluster: StackCluster,
	estate: Estate,
): Promise<readonly TierStatus[]> {
	return Promise.all(
		estate.registries.map(async (registry): Promise<TierStatus> => {
			const { name, gate, location } = registry;
			const servers = await podsOf(cluster, estate, `registry:${name}`);
			const around = await Promise.all(
				(["front", "gate"] as const).map((kind) =>
					podsOf(cluster, estate, `${kind}:${gate}`),
				),
			);
			const problems = [servers, ...around].flatMap(problemsOf);
			const looks = await Promise.all(
				servers.pods.filter(isReady).map((pod) => look(cluster, registry, pod)),
			);
			const address = publishedAddress(registry);
			const version = looks.find((seen) => seen)?.version;
			return {
				tier: name,
				location,
				...(address && { address }),
				healthy: problems.length === 0,
				problems,
				...(version && { version }),
				fill: looks.flatMap((seen) => (seen ? [seen.fill] : [])),
			};
		}),
	);
}

interface MemberPods {
	readonly member: Member;
	readonly pods: readonly PropertyMap[];
}

async function podsOf(
	{ api }: StackCluster,
	estate: Estate,
	member: Member,
): Promise<MemberPods> {
	const [label] = Object.entries(memberLabel(member)).map(
		([key, value]) => `${key}=${value}`,
	);
	const pods = await api.list(
		{ apiVersion: "v1", kind: "Pod" },
		namespaceOf(estate, member),
		{ labelSelector: label ?? "" },
	);
	return { member, pods };
}

const problemsOf = ({ member, pods }: MemberPods): readonly string[] =>
	pods.length === 0
		? [`${member.replace(":", " ")} has no pod`]
		: podProblems(pods);

const isReady = (pod: PropertyMap) =>
	condition(pod, "Ready")?.status === "True";

async function look(
	{ spec }: StackCluster,
	{ name }: Registry,
	pod: PropertyMap,
): Promise<ReturnType<typeof parseLook> | undefined> {
	const { namespace = "", name: podName = "" } = pod.metadata as Record<
		string,
		string
	>;
	const containers = listAt(pod, "spec", "containers").map(
		(container) => textAt(container, "name") ?? "",
	);
	// Both halves of Prod are in one pod, each in a container that is called after it.
	const container = containers.find((one) => one.endsWith(name));
	const { code, stdout } = await execInPod(
		spec,
		{ namespace, pod: podName, container: container ?? containers[0] ?? "" },
		["sh", "-c", LOOK],
	);
	return code === 0 ? parseLook(podName, stdout) : undefined;
}
