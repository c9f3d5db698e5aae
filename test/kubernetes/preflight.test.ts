import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import {
	afterAll,
	afterEach,
	beforeAll,
	describe,
	expect,
	test,
	vi,
} from "vitest";
import { builtProgram } from "../../toolchain/cluster/built-programs.ts";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { loadImage } from "../../toolchain/cluster/images.ts";
import {
	applyObjects,
	kubectl,
	tryKubectl,
} from "../../toolchain/cluster/kubectl.ts";
import { KUBECONFIG } from "../../toolchain/cluster/state.ts";
import { checkCluster } from "../../toolchain/kubernetes/check-cluster.ts";
import { checkPolicies } from "../../toolchain/kubernetes/check-policies.ts";
import type { ClusterNeeds } from "../../toolchain/kubernetes/cluster-needs.ts";
import {
	describeKept,
	loadKeptStorage,
} from "../../toolchain/kubernetes/kept-storage.ts";
import { PROBE_LABELS } from "../../toolchain/kubernetes/probe-objects.ts";
import { rightsFor } from "../../toolchain/kubernetes/rights.ts";
import { runCaptured } from "../../toolchain/process.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "./pods.ts";

const RUN = `t-preflight-${randomBytes(3).toString("hex")}`;
const PROD = `${RUN}-prod`;
const CONTEXT = "registry-tiers-cluster";
const KUBECTL = `kubectl --kubeconfig ${KUBECONFIG} --context ${CONTEXT}`;
/** How long a cluster may take on a busy machine. */
const WAIT = { timeout: 30_000 };

const CONTAINER = {
	requests: { cpu: "100m", memory: "64Mi" },
	limits: { memory: "128Mi" },
};
const NEEDS: ClusterNeeds = {
	stack: RUN,
	cluster: {
		kubeconfig: KUBECONFIG,
		context: CONTEXT,
		dns: "kube-dns",
		issuer: "https://kubernetes.default.svc.cluster.local",
		exposure: { kind: "none" },
	},
	namespaces: [PROD, `${RUN}-eu`],
	claims: [{ namespace: PROD, size: "20Gi" }],
	pods: [
		{ namespace: PROD, what: "server", replicas: 1, containers: [CONTAINER] },
	],
};

let folder: string;

beforeAll(async () => {
	await startCluster();
	folder = mkdtempSync(join(tmpdir(), "preflight-"));
});
afterEach(() => removeNamespace(PROD));
afterAll(() => rmSync(folder, { recursive: true }));

test("a cluster that has all is found so, and looking makes nothing", async () => {
	expect(await problems()).toEqual([]);
	for (const name of NEEDS.namespaces)
		expect((await tryKubectl(["get", "namespace", name])).code).toBe(1);
});

test("what is missing is said all at once", async () => {
	const cluster = {
		...NEEDS.cluster,
		storageClass: "gold",
		issuer: "https://issuer.test",
		exposure: {
			kind: "ingress",
			ingressClass: "nginx",
			tls: { kind: "issuer", issuer: "ca", issuerKind: "ClusterIssuer" },
		},
	} as const;
	const [pod] = NEEDS.pods;
	const huge = { ...CONTAINER, requests: { cpu: "1000", memory: "64Mi" } };
	await applyObjects(namespace(PROD, {}));
	const found = await problems({
		cluster,
		pods: pod ? [{ ...pod, containers: [huge] }] : [],
	});
	expect(
		found.map((line) => line.replace(/got \d+m free/, "got … free")),
	).toEqual([
		`estate.kubernetes.context: the namespace ${PROD} is there already, and not this stack's, got no owner; expected registry-tiers/stack=${RUN}, or no such namespace. Fix: give the stack another name, or choose another context.`,
		"estate.kubernetes.context: the cluster has too little room (cpu), got … free on 1 nodes; expected 1000000m. Fix: add nodes, or remove what else runs there.",
		'estate.kubernetes.exposure.ingressClass: the cluster has no such IngressClass, got "nginx"; expected one that it has: none. Fix: write one of these, or have it made in the cluster.',
		"estate.kubernetes.exposure.tls: the cluster has no cert-manager to make certificates, got no kind Certificate of cert-manager.io/v1; expected cert-manager with its CustomResourceDefinitions. Fix: install it (https://cert-manager.io/docs/installation/), or write tls: { kind: secret, secret: <name> }.",
		`estate.kubernetes.issuer: is not who signs the cluster's ServiceAccount tokens, got "https://issuer.test"; expected "${NEEDS.cluster.issuer}". Fix: write issuer: ${NEEDS.cluster.issuer}.`,
		'estate.kubernetes.storageClass: the cluster has no such StorageClass, got "gold"; expected one that it has: standard, standard-late. Fix: write one of these, or have it made in the cluster.',
	]);
});

test("a namespace that is going is waited for", async () => {
	const held = {
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { name: "held", namespace: PROD, finalizers: ["test/held"] },
	};
	await applyObjects(namespace(PROD));
	await applyObjects(held);
	await kubectl(["delete", "namespace", PROD, "--wait=false"]);
	try {
		expect(await problems()).toEqual([
			`estate.kubernetes.context: the namespace ${PROD} is being removed, got Terminating; expected it gone or active. Fix: wait for its end with '${KUBECTL} wait --for=delete namespace/${PROD}'.`,
		]);
	} finally {
		await kubectl([
			...["--namespace", PROD, "patch", "configmap", "held", "--type=merge"],
			...["--patch", '{"metadata":{"finalizers":null}}'],
		]);
	}
});

describe("rights", () => {
	const USER = `${RUN}-user`;

	afterAll(async () => {
		await kubectl([
			...["delete", "clusterrole,clusterrolebinding", USER],
			"--ignore-not-found",
		]);
	});

	test("of exactly what is asked for are enough, though much cannot be seen", async () => {
		const kubeconfig = await userWith(rightsFor(NEEDS));
		const cluster = { ...NEEDS.cluster, kubeconfig };
		expect(await problems({ cluster })).toEqual([]);
	});

	test("that are missing are named", async () => {
		const kubeconfig = await userWith(
			rightsFor(NEEDS).filter(
				({ resource, verb }) =>
					!(resource === "secrets" && verb !== "get") &&
					!(resource === "namespaces" && verb === "create"),
			),
		);
		const rest =
			"expected what `npm run up` and `npm run down` do there. Fix: have its user bound to a ClusterRole that allows it, or choose another context.";
		const cluster = { ...NEEDS.cluster, kubeconfig };
		expect(await problems({ cluster })).toEqual([
			`estate.kubernetes.context: "${CONTEXT}" has too few rights, got namespaces: no create in the cluster; ${rest}`,
			`estate.kubernetes.context: "${CONTEXT}" has too few rights, got secrets: no list, watch, create, patch, delete in every namespace of the stack; ${rest}`,
		]);
	});

	test("in one namespace do not count for another", async () => {
		const kubeconfig = await userWith(
			rightsFor(NEEDS).filter(({ resource }) => resource !== "secrets"),
		);
		await kubectl([
			...["--namespace", PROD, "create", "rolebinding", "admin"],
			...["--clusterrole=admin", `--serviceaccount=${PROD}:user`],
		]);
		const found = await problems({ cluster: { ...NEEDS.cluster, kubeconfig } });
		expect(found.map((line) => line.split(";")[0])).toEqual([
			`estate.kubernetes.context: "${CONTEXT}" has too few rights, got secrets: no get, list, watch, create, patch, delete in ${RUN}-eu`,
		]);
	});

	/** Path of a kubeconfig for an account with these rights in the whole cluster. */
	async function userWith(
		rights: ReturnType<typeof rightsFor>,
	): Promise<string> {
		const rbac = "rbac.authorization.k8s.io";
		await applyObjects(namespace(PROD));
		await applyObjects({
			apiVersion: "v1",
			kind: "List",
			items: [
				{
					apiVersion: "v1",
					kind: "ServiceAccount",
					metadata: { name: "user", namespace: PROD },
				},
				{
					apiVersion: `${rbac}/v1`,
					kind: "ClusterRole",
					metadata: { name: USER },
					rules: rights.map(({ group, resource, verb }) => ({
						apiGroups: [group],
						resources: [resource],
						verbs: [verb],
					})),
				},
				{
					apiVersion: `${rbac}/v1`,
					kind: "ClusterRoleBinding",
					metadata: { name: USER },
					roleRef: { apiGroup: rbac, kind: "ClusterRole", name: USER },
					subjects: [{ kind: "ServiceAccount", name: "user", namespace: PROD }],
				},
			],
		});
		const token = await kubectl([
			...["--namespace", PROD, "create", "token", "user"],
		]);
		const { clusters } = JSON.parse(
			await kubectl(["config", "view", "--raw", "--output=json"]),
		);
		const file = join(folder, "user.kubeconfig");
		writeFileSync(
			file,
			JSON.stringify({
				apiVersion: "v1",
				kind: "Config",
				clusters,
				users: [{ name: "user", user: { token: token.trim() } }],
				contexts: [
					{
						name: CONTEXT,
						context: { cluster: clusters[0].name, user: "user" },
					},
				],
			}),
			{ mode: 0o600 },
		);
		return file;
	}
});

describe("the API server itself admits what is said to fit, and refuses the rest:", () => {
	type Rules = readonly [
		what: string,
		kind: string,
		spec: object,
		fits: boolean,
	];
	const limits = (type: string, rules: object) => ({
		limits: [{ type, ...rules }],
	});
	const PVC = "PersistentVolumeClaim";
	const SITUATIONS: readonly Rules[] = [
		[
			"max cpu 100m of a container",
			"LimitRange",
			limits("Container", { max: { cpu: "100m" } }),
			true,
		],
		[
			"max cpu 99m of a container",
			"LimitRange",
			limits("Container", { max: { cpu: "99m" } }),
			false,
		],
		[
			"max memory 127Mi of a container",
			"LimitRange",
			limits("Container", { max: { memory: "127Mi" } }),
			false,
		],
		[
			"min memory 64Mi of a container",
			"LimitRange",
			limits("Container", { min: { memory: "64Mi" } }),
			true,
		],
		[
			"min memory 65Mi of a container",
			"LimitRange",
			limits("Container", { min: { memory: "65Mi" } }),
			false,
		],
		[
			"default cpu 100m of a container",
			"LimitRange",
			limits("Container", { default: { cpu: "100m" } }),
			true,
		],
		[
			"default cpu 99m of a container",
			"LimitRange",
			limits("Container", { default: { cpu: "99m" } }),
			false,
		],
		[
			"max memory 128Mi of a pod",
			"LimitRange",
			limits("Pod", { max: { memory: "128Mi" } }),
			true,
		],
		[
			"max cpu 10 of a pod",
			"LimitRange",
			limits("Pod", { max: { cpu: "10" } }),
			false,
		],
		[
			"min cpu 101m of a pod",
			"LimitRange",
			limits("Pod", { min: { cpu: "101m" } }),
			false,
		],
		[
			"max storage 20Gi of a claim",
			"LimitRange",
			limits(PVC, { max: { storage: "20Gi" } }),
			true,
		],
		[
			"max storage 19Gi of a claim",
			"LimitRange",
			limits(PVC, { max: { storage: "19Gi" } }),
			false,
		],
		[
			"all of it exactly",
			"ResourceQuota",
			{
				hard: {
					pods: "1",
					"requests.cpu": "100m",
					memory: "64Mi",
					"limits.memory": "128Mi",
					persistentvolumeclaims: "1",
					"requests.storage": "20Gi",
				},
			},
			true,
		],
		["no pods", "ResourceQuota", { hard: { pods: "0" } }, false],
		[
			"requests.cpu 99m",
			"ResourceQuota",
			{ hard: { "requests.cpu": "99m" } },
			false,
		],
		[
			"limits.cpu without a limit",
			"ResourceQuota",
			{ hard: { "limits.cpu": "10" } },
			false,
		],
		[
			"no pods of best effort",
			"ResourceQuota",
			{ hard: { pods: "0" }, scopes: ["BestEffort"] },
			true,
		],
		[
			"no pods of another kind",
			"ResourceQuota",
			{ hard: { pods: "0" }, scopes: ["NotBestEffort"] },
			false,
		],
		[
			"requests.storage 19Gi",
			"ResourceQuota",
			{ hard: { "requests.storage": "19Gi" } },
			false,
		],
		[
			"no storage of the class",
			"ResourceQuota",
			{
				hard: { "standard.storageclass.storage.k8s.io/requests.storage": "0" },
			},
			false,
		],
		[
			"no storage of another class",
			"ResourceQuota",
			{
				hard: {
					"standard-late.storageclass.storage.k8s.io/requests.storage": "0",
				},
			},
			true,
		],
	];

	// A namespace goes slowly, a rule at once.
	const FIT = `${RUN}-fit`;
	const inFit = {
		namespaces: [FIT],
		claims: NEEDS.claims.map((claim) => ({ ...claim, namespace: FIT })),
		pods: NEEDS.pods.map((pod) => ({ ...pod, namespace: FIT })),
	};
	beforeAll(() => applyObjects(namespace(FIT)));
	afterEach(() =>
		kubectl([
			...["--namespace", FIT, "delete", "limitrange,resourcequota", "--all"],
		]),
	);
	afterAll(() => removeNamespace(FIT));

	test.each(SITUATIONS)("%s", async (_, kind, spec, fits) => {
		await applyObjects({
			apiVersion: "v1",
			kind,
			metadata: { name: "rule", namespace: FIT },
			spec,
		});
		// Nothing is refused before the quota is counted.
		if (kind === "ResourceQuota")
			await expect
				.poll(
					() =>
						kubectl([
							...["--namespace", FIT, "get", "resourcequota", "rule"],
							...["--output", "jsonpath={.status.hard}"],
						]),
					WAIT,
				)
				.not.toBe("");
		expect({
			server: await isAdmitted(),
			problems: (await problems(inFit)).length,
		}).toEqual({ server: fits, problems: fits ? 0 : 1 });
	});

	/** Whether a pod and a claim of what the stack needs would be made. */
	async function isAdmitted(): Promise<boolean> {
		const pod = {
			apiVersion: "v1",
			kind: "Pod",
			metadata: { name: "server", namespace: FIT },
			spec: {
				securityContext: RESTRICTED_POD,
				containers: [
					{
						name: "server",
						image: "nowhere.test/server:1",
						resources: CONTAINER,
						securityContext: RESTRICTED_CONTAINER,
					},
				],
			},
		};
		const claim = {
			apiVersion: "v1",
			kind: PVC,
			metadata: { name: "store", namespace: FIT },
			spec: {
				accessModes: ["ReadWriteOnce"],
				resources: { requests: { storage: "20Gi" } },
			},
		};
		for (const object of [pod, claim]) {
			const { code, stderr } = await tryKubectl(
				["create", "--dry-run=server", "-f", "-"],
				JSON.stringify(object),
			);
			if (code === 0) continue;
			expect(stderr).toMatch(/is forbidden|is invalid/);
			return false;
		}
		return true;
	}
});

describe("NetworkPolicies", () => {
	const cluster = NEEDS.cluster;
	let image: string;

	beforeAll(async () => {
		image = await loadImage(new Docker(), versions.images.node);
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		vi.useRealTimers();
		expect(await probeNamespaces()).toEqual([]);
	});

	test("that are ignored are found, in both directions, and looked for again", async () => {
		forgetAll();
		const ignored = PROBE_LABELS;
		const policies = [
			{
				podSelector: { matchLabels: ignored },
				policyTypes: ["Ingress", "Egress"],
			},
		];
		const found = `estate.kubernetes.context: the cluster does not enforce NetworkPolicies, got a connection in spite of one that forbids it (ingress and egress); expected none, or every pod would reach the writing half of Prod. Fix: have a network plugin installed that enforces them, such as Calico or Cilium, or switch that on in the one there is.`;
		expect(lines(await checkPolicies({ cluster, image, policies }))).toEqual([
			found,
		]);
		expect(lines(await checkPolicies({ cluster, image, policies }))).toEqual([
			found,
		]);
	});

	test("that are ignored in one direction are found", async () => {
		forgetAll();
		const policies = [
			{
				podSelector: { matchLabels: { role: "server" } },
				policyTypes: ["Ingress"],
				ingress: [{ ports: [{ port: 8080 }, { port: 8082 }] }],
			},
		];
		const [problem = ""] = lines(
			await checkPolicies({ cluster, image, policies }),
		);
		expect(problem).toContain("forbids it (egress); expected");
	});

	test("that are enforced are believed for a day", async () => {
		forgetAll();
		expect(await checkPolicies({ cluster, image })).toEqual([]);
		// It could not be tried with this one.
		expect(
			await checkPolicies({ cluster, image: "nowhere.test/node:1" }),
		).toEqual([]);
	});

	test("that cannot be tried are not believed in, and why is said", async () => {
		forgetAll();
		const [problem = ""] = lines(
			await checkPolicies({ cluster, image: "nowhere.test/node:1" }),
		);
		expect(problem).toMatch(
			/^estate\.kubernetes\.context: whether the cluster enforces NetworkPolicies cannot be told, got after 30 s, pod server: container server: (ErrImagePull|ImagePullBackOff): /,
		);
	});

	test("are tried after removing what a killed run left behind", async () => {
		forgetAll();
		const left = `${RUN}-left`;
		await applyObjects(namespace(left, PROBE_LABELS));
		await checkPolicies({ cluster, image });
		expect(await probeNamespaces()).toEqual([left]);
		forgetAll();
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
		expect(await checkPolicies({ cluster, image })).toEqual([]);
	});

	/** The state folder of a user who knows no cluster yet. */
	function forgetAll(): void {
		vi.stubEnv("XDG_STATE_HOME", mkdtempSync(join(folder, "state-")));
	}

	/** Those that are not on their way out. */
	async function probeNamespaces(): Promise<readonly string[]> {
		const [[label, value] = []] = Object.entries(PROBE_LABELS);
		const { items } = JSON.parse(
			await kubectl([
				...["get", "namespaces", "--output=json"],
				`--selector=${label}=${value}`,
			]),
		);
		return items
			.filter(
				({ status }: { status: { phase: string } }) =>
					status.phase === "Active",
			)
			.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
	}
});

test("storage that is kept goes for good with the commands that are told", async () => {
	await applyObjects(namespace(PROD));
	await applyObjects({
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: { name: "store", namespace: PROD },
		spec: {
			accessModes: ["ReadWriteOnce"],
			resources: { requests: { storage: "1Gi" } },
		},
	});
	const bound = () =>
		kubectl([
			...["--namespace", PROD, "get", "persistentvolumeclaim", "store"],
			...["--output", "jsonpath={.status.phase} {.spec.volumeName}"],
		]);
	await expect.poll(bound, WAIT).toMatch(/^Bound pvc-/);
	const [, volume = ""] = (await bound()).split(" ");
	await kubectl([
		...["patch", "persistentvolume", volume],
		...["--patch", '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'],
	]);

	const told = await kept();
	expect(told).toContain(`${PROD}/store   1Gi    ${volume}`);
	const commands = (told ?? "")
		.split("\n")
		.filter((line) => line.startsWith("  kubectl "));
	expect(commands).toEqual([
		`  ${KUBECTL} delete namespace ${PROD}`,
		`  ${KUBECTL} delete persistentvolume ${volume}`,
	]);
	const path = `${dirname(builtProgram("kubectl"))}:${process.env.PATH}`;
	const [first = "", second = ""] = commands;
	expect(
		(await runCaptured("sh", ["-c", first], { env: { PATH: path } })).code,
	).toBe(0);
	expect(await kept()).toContain(`${PROD}/store (gone)`);
	expect(
		(await runCaptured("sh", ["-c", second], { env: { PATH: path } })).code,
	).toBe(0);
	expect(await kept()).toBeUndefined();
});

async function kept(): Promise<string | undefined> {
	const storage = { ...NEEDS, namespaces: [PROD] };
	return describeKept(await loadKeptStorage(storage), storage);
}

const lines = (
	found: readonly { readonly path: string; readonly message: string }[],
) => found.map(({ path, message }) => `${path}: ${message}`);

/** What the cluster lacks for the stack, or for one that is a little different. */
const problems = async (needs: Partial<ClusterNeeds> = {}) =>
	lines(await checkCluster({ ...NEEDS, ...needs }));

const namespace = (
	name: string,
	labels: Readonly<Record<string, string>> = { "registry-tiers/stack": RUN },
) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });

async function removeNamespace(name: string): Promise<void> {
	await kubectl(["delete", "namespace", name, "--ignore-not-found"]);
}
