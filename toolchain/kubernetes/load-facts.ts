import { ifFound, isForbidden } from "../providers/kubernetes/api-error.ts";
import { Discovery } from "../providers/kubernetes/discovery.ts";
import type { Send } from "../providers/kubernetes/request.ts";
import type { PropertyMap } from "../providers/values.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { ClusterNeeds } from "./cluster-needs.ts";
import type {
	LimitRange,
	Named,
	Namespace,
	Node,
	Pod,
	ResourceQuota,
} from "./cluster-objects.ts";
import { loadRefusals } from "./load-refusals.ts";

// Old answers will do, so that a large cluster's server need not ask its database.
const LOOSELY = "resourceVersion=0";

/**
 * Reads all that the checks look at, at the same time. Nothing is changed.
 *
 * @throws ApiError, UnreachableError
 */
export async function loadFacts(
	send: Send,
	needs: ClusterNeeds,
): Promise<ClusterFacts> {
	// First and alone: a cluster that does not answer is asked once.
	const version = String((await get("/version"))?.gitVersion);
	const kinds = new Discovery(send);
	const [
		namespaces,
		refusals,
		quotas,
		limitRanges,
		storageClasses,
		ingressClasses,
		certificates,
		issuer,
		nodes,
		pods,
		growing,
	] = await Promise.all([
		Promise.all(
			needs.namespaces.map((name) => get(`/api/v1/namespaces/${name}`)),
		),
		loadRefusals(send, needs),
		inNamespaces<ResourceQuota>("resourcequotas"),
		inNamespaces<LimitRange>("limitranges"),
		list<Named>("/apis/storage.k8s.io/v1/storageclasses"),
		list<Named>("/apis/networking.k8s.io/v1/ingressclasses"),
		kinds.find({ apiVersion: "cert-manager.io/v1", kind: "Certificate" }),
		get("/.well-known/openid-configuration"),
		list<Node>("/api/v1/nodes"),
		list<Pod>("/api/v1/pods"),
		isGrowing(),
	]);
	return {
		version,
		namespaces: namespaces.filter(
			(each) => each !== undefined,
		) as unknown as readonly Namespace[],
		refusals,
		quotas,
		limitRanges,
		storageClasses,
		ingressClasses,
		certificates: certificates !== undefined,
		issuer: issuer && String(issuer.issuer),
		nodes,
		pods,
		growing,
	};

	async function inNamespaces<T>(plural: string): Promise<readonly T[]> {
		const lists = await Promise.all(
			needs.namespaces.map((name) =>
				list<T>(`/api/v1/namespaces/${name}/${plural}`),
			),
		);
		return lists.flatMap((items) => items ?? []);
	}

	// Karpenter, which EKS Auto Mode is too, and the Cluster Autoscaler, which writes its status here.
	async function isGrowing(): Promise<boolean> {
		const [pools, status] = await Promise.all([
			kinds.find({ apiVersion: "karpenter.sh/v1", kind: "NodePool" }),
			get(
				"/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status",
			),
		]);
		return pools !== undefined || status !== undefined;
	}

	async function list<T>(path: string): Promise<readonly T[] | undefined> {
		const answer = await get(`${path}?${LOOSELY}`);
		return answer?.items as unknown as readonly T[] | undefined;
	}

	/** Undefined where there is nothing, or the context may not look. */
	async function get(path: string): Promise<PropertyMap | undefined> {
		try {
			return await ifFound(send({ method: "GET", path }));
		} catch (error) {
			if (isForbidden(error)) return undefined;
			throw error;
		}
	}
}
