import { describe, expect, test } from "vitest";
import { clusterProblems } from "../../../toolchain/kubernetes/check-cluster.ts";
import type { ClusterFacts } from "../../../toolchain/kubernetes/cluster-facts.ts";
import type {
	ClusterNeeds,
	PodNeeds,
} from "../../../toolchain/kubernetes/cluster-needs.ts";
import type { Pod } from "../../../toolchain/kubernetes/cluster-objects.ts";
import type { KubernetesSpec } from "../../../topology/kubernetes-spec.ts";

const FRONT: PodNeeds = {
	namespace: "k8s-prod",
	what: "front of prod",
	replicas: 2,
	containers: [
		{
			requests: { cpu: "50m", memory: "32Mi" },
			limits: { memory: "64Mi" },
		},
	],
};
const SERVER: PodNeeds = {
	namespace: "k8s-prod",
	what: "server of prod",
	replicas: 1,
	containers: [
		{ requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } },
		{ requests: { cpu: "200m", memory: "64Mi" }, limits: { memory: "128Mi" } },
	],
};
const CLUSTER: KubernetesSpec = {
	kubeconfig: "~/.kube/config",
	context: "onprem",
	dns: "kube-dns",
	issuer: "https://issuer.test",
	exposure: { kind: "none" },
};
const NEEDS: ClusterNeeds = {
	stack: "k8s",
	cluster: CLUSTER,
	namespaces: ["k8s-prod", "k8s-eu"],
	claims: [
		{ namespace: "k8s-prod", size: "20Gi" },
		{ namespace: "k8s-eu", size: "10Gi" },
	],
	pods: [FRONT, SERVER],
};
const NODE = {
	metadata: { name: "node-1" },
	spec: {},
	status: { allocatable: { cpu: "2", memory: "1Gi", pods: "110" } },
};
const STANDARD = {
	metadata: {
		name: "standard",
		annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
	},
};
const FACTS: ClusterFacts = {
	version: "v1.34.4",
	namespaces: [],
	quotas: [],
	limitRanges: [],
	storageClasses: [STANDARD],
	ingressClasses: [],
	certificates: false,
	issuer: "https://issuer.test",
	nodes: [NODE],
	pods: [],
	growing: false,
	refusals: [],
};
const KUBECTL = "kubectl --kubeconfig ~/.kube/config --context onprem";

/** The problems of a cluster that is as it should be but for these facts. */
function problems(
	facts: Partial<ClusterFacts>,
	needs: Partial<ClusterNeeds> = {},
): readonly string[] {
	return clusterProblems({ ...NEEDS, ...needs }, { ...FACTS, ...facts }).map(
		({ path, message }) => `${path}: ${message}`,
	);
}

const withSpec = (spec: Partial<KubernetesSpec>) => ({
	cluster: { ...CLUSTER, ...spec },
});

test("says nothing of a cluster that has all", () => {
	expect(problems({})).toEqual([]);
});

test("judges nothing it may not look at", () => {
	expect(
		problems(
			{
				storageClasses: undefined,
				ingressClasses: undefined,
				issuer: undefined,
				nodes: undefined,
				pods: undefined,
			},
			withSpec({ exposure: { kind: "ingress" } }),
		),
	).toEqual([]);
});

test("says everything at once, by path", () => {
	expect(
		problems({
			version: "v1.28.15",
			storageClasses: [],
			issuer: "https://x",
		}).map((line) => line.split(",")[0]),
	).toEqual([
		"estate.kubernetes.context: the cluster is too old",
		"estate.kubernetes.issuer: is not who signs the cluster's ServiceAccount tokens",
		"estate.kubernetes.storageClass: missing",
	]);
});

describe("the server", () => {
	test.each(["v1.29.0", "v1.34.4+k3s1", "v2.0.0"])("may be %s", (version) => {
		expect(problems({ version })).toEqual([]);
	});

	test("is refused when it is too old", () => {
		expect(problems({ version: "v1.28.15-eks-7e9f1" })).toEqual([
			"estate.kubernetes.context: the cluster is too old, got Kubernetes v1.28.15-eks-7e9f1; expected 1.29 or later. Fix: update the cluster, or choose another context.",
		]);
	});

	test("signs tokens as the stack expects", () => {
		expect(problems({ issuer: "https://other.test" })).toEqual([
			'estate.kubernetes.issuer: is not who signs the cluster\'s ServiceAccount tokens, got "https://issuer.test"; expected "https://other.test". Fix: write issuer: https://other.test.',
		]);
	});
});

describe("rights", () => {
	const of = (group: string, resource: string, verb: string) => ({
		group,
		resource,
		verb,
	});

	test("that are missing alike are one problem", () => {
		const missing = [
			of("", "secrets", "create"),
			of("", "secrets", "patch"),
			of("apps", "deployments", "create"),
			of("apps", "deployments", "patch"),
		];
		const refusals = [
			of("", "namespaces", "create"),
			...missing.flatMap((right) =>
				NEEDS.namespaces.map((namespace) => ({ ...right, namespace })),
			),
			{ ...of("", "services", "delete"), namespace: "k8s-eu" },
		];
		const rest =
			"expected what `npm run up` and `npm run down` do there. Fix: have its user bound to a ClusterRole that allows it, or choose another context.";
		expect(problems({ refusals })).toEqual([
			`estate.kubernetes.context: "onprem" has too few rights, got namespaces: no create in the cluster; ${rest}`,
			`estate.kubernetes.context: "onprem" has too few rights, got secrets, deployments.apps: no create, patch in every namespace of the stack; ${rest}`,
			`estate.kubernetes.context: "onprem" has too few rights, got services: no delete in k8s-eu; ${rest}`,
		]);
	});
});

describe("a namespace of the stack's name", () => {
	const namespace = (
		labels: Readonly<Record<string, string>>,
		phase = "Active",
	) => [{ metadata: { name: "k8s-prod", labels }, status: { phase } }];

	test("is the stack's own", () => {
		const namespaces = namespace({ "registry-tiers/stack": "k8s" });
		expect(problems({ namespaces })).toEqual([]);
	});

	test("is not taken over from anybody", () => {
		const rest =
			"expected registry-tiers/stack=k8s, or no such namespace. Fix: give the stack another name, or choose another context.";
		const wrong =
			"estate.kubernetes.context: the namespace k8s-prod is there already, and not this stack's";
		expect(problems({ namespaces: namespace({}) })).toEqual([
			`${wrong}, got no owner; ${rest}`,
		]);
		const other = namespace({ "registry-tiers/stack": "other" });
		expect(problems({ namespaces: other })).toEqual([
			`${wrong}, got registry-tiers/stack=other; ${rest}`,
		]);
	});

	test("is waited for while it goes", () => {
		const going = namespace({ "registry-tiers/stack": "k8s" }, "Terminating");
		expect(problems({ namespaces: going })).toEqual([
			`estate.kubernetes.context: the namespace k8s-prod is being removed, got Terminating; expected it gone or active. Fix: wait for its end with '${KUBECTL} wait --for=delete namespace/k8s-prod'.`,
		]);
	});
});

describe("classes of storage", () => {
	const local = { metadata: { name: "local" } };

	test("need a default where none is named", () => {
		expect(problems({ storageClasses: [local] })).toEqual([
			`estate.kubernetes.storageClass: missing, and the cluster has no default StorageClass, got local; expected one of them named here, or marked as default. Fix: write storageClass: <name>, or mark one with '${KUBECTL} annotate storageclass <name> storageclass.kubernetes.io/is-default-class=true'.`,
		]);
	});

	test("have the one that is named", () => {
		const named = withSpec({ storageClass: "local" });
		expect(problems({ storageClasses: [local] }, named)).toEqual([]);
		expect(problems({}, named)).toEqual([
			'estate.kubernetes.storageClass: the cluster has no such StorageClass, got "local"; expected one that it has: standard. Fix: write one of these, or have it made in the cluster.',
		]);
	});

	test("do not matter to a stack without claims", () => {
		expect(problems({ storageClasses: [] }, { claims: [] })).toEqual([]);
	});

	test("may have their default by the annotation's older name", () => {
		const old = {
			metadata: {
				name: "old",
				annotations: {
					"storageclass.beta.kubernetes.io/is-default-class": "true",
				},
			},
		};
		expect(problems({ storageClasses: [old] })).toEqual([]);
	});
});

describe("exposure by Ingress", () => {
	test("needs the class that is named, or a default", () => {
		const exposed = (ingressClass?: string) =>
			withSpec({
				exposure: { kind: "ingress", ...(ingressClass && { ingressClass }) },
			});
		const ingressClasses = [{ metadata: { name: "nginx" } }];
		expect(problems({ ingressClasses }, exposed("nginx"))).toEqual([]);
		expect(problems({ ingressClasses }, exposed("traefik"))).toEqual([
			'estate.kubernetes.exposure.ingressClass: the cluster has no such IngressClass, got "traefik"; expected one that it has: nginx. Fix: write one of these, or have it made in the cluster.',
		]);
		expect(problems({}, exposed())).toEqual([
			`estate.kubernetes.exposure.ingressClass: missing, and the cluster has no default IngressClass, got none; expected one of them named here, or marked as default. Fix: write ingressClass: <name>, or mark one with '${KUBECTL} annotate ingressclass <name> ingressclass.kubernetes.io/is-default-class=true'.`,
		]);
	});

	test("with certificates of an issuer needs cert-manager", () => {
		const exposed = withSpec({
			exposure: {
				kind: "load-balancer",
				tls: {
					kind: "issuer",
					issuer: "letsencrypt",
					issuerKind: "ClusterIssuer",
				},
			},
		});
		expect(problems({ certificates: true }, exposed)).toEqual([]);
		expect(problems({}, exposed)).toEqual([
			"estate.kubernetes.exposure.tls: the cluster has no cert-manager to make certificates, got no kind Certificate of cert-manager.io/v1; expected cert-manager with its CustomResourceDefinitions. Fix: install it (https://cert-manager.io/docs/installation/), or write tls: { kind: secret, secret: <name> }.",
		]);
	});
});

describe("a ResourceQuota", () => {
	const quota = (
		hard: Readonly<Record<string, string>>,
		more: { readonly scopes?: readonly string[] } = {},
	) => ({
		quotas: [
			{
				metadata: { name: "q", namespace: "k8s-prod" },
				spec: { hard, ...more },
			},
		],
	});
	const problem = (got: string, expected: string) =>
		`estate.kubernetes.context: the stack does not fit the ResourceQuota "q" of the namespace k8s-prod, got ${got}; expected ${expected}. Fix: change it with '${KUBECTL} --namespace k8s-prod edit resourcequota q'.`;

	// Fronts 2 × (50m, 32Mi), server 300m and 128Mi, one claim of 20Gi.
	test("that fits exactly is enough", () => {
		expect(
			problems(
				quota({
					pods: "3",
					cpu: "400m",
					"requests.memory": "192Mi",
					"limits.memory": "384Mi",
					persistentvolumeclaims: "1",
					"requests.storage": "20Gi",
					"standard.storageclass.storage.k8s.io/requests.storage": "20Gi",
					"gold.storageclass.storage.k8s.io/requests.storage": "0",
					"count/secrets": "0",
				}),
			),
		).toEqual([]);
	});

	test.each([
		["count/pods", "2", "3"],
		["requests.cpu", "399m", "400m"],
		["memory", "191Mi", "192Mi"],
		["limits.memory", "383Mi", "384Mi"],
		["count/persistentvolumeclaims", "0", "1"],
		["requests.storage", "19Gi", "20480Mi"],
		["standard.storageclass.storage.k8s.io/persistentvolumeclaims", "0", "1"],
	])("that is short of %s is told what the stack takes", (key, hard, least) => {
		expect(problems(quota({ [key]: hard }))).toEqual([
			problem(`${key}: ${hard}`, `at least ${least}`),
		]);
	});

	test("of limits asks for one of every container", () => {
		expect(problems(quota({ "limits.cpu": "100" }))).toEqual([
			problem(
				"limits.cpu: 100",
				"none, or a LimitRange with a default: front of prod, server of prod has no such limit",
			),
		]);
		const limitRanges = [
			{
				metadata: { name: "l", namespace: "k8s-prod" },
				spec: { limits: [{ type: "Container", default: { cpu: "1" } }] },
			},
		];
		expect(
			problems({ ...quota({ "limits.cpu": "100" }), limitRanges }),
		).toEqual([]);
	});

	test("counts only with scopes the stack's pods are in", () => {
		const of = (scopes: readonly string[]) =>
			problems(quota({ pods: "0" }, { scopes }));
		expect(of(["BestEffort"])).toEqual([]);
		expect(of(["NotTerminating", "NotBestEffort"])).toEqual([
			problem("pods: 0", "at least 3"),
		]);
	});
});

describe("a LimitRange", () => {
	const range = (type: string, rules: object) => ({
		limitRanges: [
			{
				metadata: { name: "l", namespace: "k8s-prod" },
				spec: { limits: [{ type, ...rules }] },
			},
		],
	});

	test.each([
		["Container", { max: { cpu: "200m", memory: "128Mi" } }],
		["Container", { min: { cpu: "50m" } }],
		["Container", { default: { cpu: "200m", memory: "1Mi" } }],
		["Pod", { max: { memory: "256Mi" }, min: { cpu: "50m", memory: "32Mi" } }],
		["PersistentVolumeClaim", { max: { storage: "20Gi" } }],
		["PersistentVolumeClaim", { min: { storage: "20Gi" } }],
	])("of %s that fits exactly is enough: %j", (type, rules) => {
		expect(problems(range(type, rules))).toEqual([]);
	});

	test.each([
		["Container", "max", "cpu", "199m", "server of prod"],
		["Container", "max", "memory", "63Mi", "front of prod, server of prod"],
		["Container", "min", "cpu", "51m", "front of prod"],
		["Container", "default", "cpu", "199m", "server of prod"],
		["Pod", "max", "cpu", "100", "front of prod, server of prod"],
		["Pod", "min", "memory", "33Mi", "front of prod"],
		["Pod", "max", "memory", "255Mi", "server of prod"],
		["PersistentVolumeClaim", "max", "storage", "19Gi", "a claim of 20Gi"],
		["PersistentVolumeClaim", "min", "storage", "21Gi", "a claim of 20Gi"],
	])(
		"of %s with %s %s %s is told whom it refuses",
		(type, rule, resource, bound, what) => {
			expect(problems(range(type, { [rule]: { [resource]: bound } }))).toEqual([
				`estate.kubernetes.context: the stack does not fit the LimitRange "l" of the namespace k8s-prod, got ${type} ${rule} ${resource} ${bound}; expected room for ${what}. Fix: change it with '${KUBECTL} --namespace k8s-prod edit limitrange l'.`,
			]);
		},
	);

	test("is told once when its maximum is its default, as the API server makes it", () => {
		const both = { max: { cpu: "199m" }, default: { cpu: "199m" } };
		expect(problems(range("Container", both))).toHaveLength(1);
	});
});

describe("the nodes", () => {
	const node = (allocatable: Readonly<Record<string, string>>, spec = {}) => ({
		...NODE,
		spec,
		status: { allocatable: { ...NODE.status.allocatable, ...allocatable } },
	});
	const pod = (
		namespace: string,
		spec: Partial<Pod["spec"]>,
		phase = "Running",
	) => ({
		metadata: { name: "p", namespace },
		spec: {
			nodeName: "node-1",
			containers: [{ resources: { requests: { cpu: "1700m" } } }],
			...spec,
		},
		status: { phase },
	});
	const short = (resource: string, got: string, expected: string) =>
		`estate.kubernetes.context: the cluster has too little room (${resource}), got ${got} free on 1 nodes; expected ${expected}. Fix: add nodes, or remove what else runs there.`;

	test("have room for all requests together", () => {
		expect(
			problems({ nodes: [node({ cpu: "400m", memory: "192Mi", pods: "3" })] }),
		).toEqual([]);
		expect(
			problems({ nodes: [node({ cpu: "399m", memory: "191Mi", pods: "2" })] }),
		).toEqual([
			short("cpu", "399m", "400m"),
			short("memory", "191Mi", "192Mi"),
			short("pods", "2", "3"),
		]);
	});

	test("are filled by what others run, and not by what is done or the stack's own", () => {
		expect(problems({ pods: [pod("kube-system", {})] })).toEqual([
			short("cpu", "300m", "400m"),
		]);
		expect(
			problems({
				pods: [pod("kube-system", {}, "Succeeded"), pod("k8s-prod", {})],
			}),
		).toEqual([]);
	});

	test("hold room for init containers, sidecars and the runtime", () => {
		const cpu = (amount: string) => ({
			resources: { requests: { cpu: amount } },
		});
		const pods = [
			pod("other", {
				containers: [cpu("1")],
				initContainers: [
					{ ...cpu("400m"), restartPolicy: "Always" },
					cpu("1350m"),
				],
				overhead: { cpu: "250m" },
			}),
		];
		expect(problems({ pods })).toEqual([short("cpu", "350m", "400m")]);
	});

	test("count only where pods without tolerations may go", () => {
		const closed = node({}, { taints: [{ effect: "NoSchedule" }] });
		const cordoned = node({}, { unschedulable: true });
		const small = node(
			{ cpu: "300m" },
			{ taints: [{ effect: "PreferNoSchedule" }] },
		);
		expect(problems({ nodes: [closed, cordoned, small] })).toEqual([
			short("cpu", "300m", "400m"),
		]);
	});

	test("have one that holds the largest pod", () => {
		const nodes = ["a", "b"].map((name) => ({
			...node({ cpu: "250m" }),
			metadata: { name },
		}));
		expect(problems({ nodes })).toEqual([
			"estate.kubernetes.context: no node has room for the server of prod (cpu), got 250m free on the emptiest; expected 300m. Fix: add a larger node, or remove what else runs there.",
		]);
	});

	test("are not counted where more come by themselves", () => {
		expect(problems({ nodes: [], growing: true })).toEqual([]);
	});
});
