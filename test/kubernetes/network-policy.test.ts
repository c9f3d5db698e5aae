import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { LINK } from "../../toolchain/cluster/addresses.ts";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { loadImage } from "../../toolchain/cluster/images.ts";
import { applyObjects, kubectl } from "../../toolchain/cluster/kubectl.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { podAddress, startPods, type TestPod, tryConnect } from "./pods.ts";
import { type Policy, reaches } from "./reach/reach.ts";

const NEAR = "policy-near";
const FAR = "policy-far";
const SERVER = labelled(NEAR, "server");
const FRIEND = labelled(NEAR, "friend");
const OTHER = labelled(NEAR, "other");
const STRANGER = labelled(FAR, "friend");
const ALL_PODS = [SERVER, FRIEND, OTHER, STRANGER];
let address: string;
let image: string;

beforeAll(async () => {
	await startCluster();
	image = await loadImage(new Docker(), versions.images.node);
	await removeNamespaces();
	for (const name of [NEAR, FAR]) {
		await applyObjects({
			apiVersion: "v1",
			kind: "Namespace",
			metadata: { name },
		});
	}
	await startPods(image, ALL_PODS);
	address = await podAddress(SERVER);
});

afterEach(async () => {
	await kubectl(["--namespace", NEAR, "delete", "networkpolicies", "--all"]);
});
afterAll(removeNamespaces);

const SELECT_SERVER = { podSelector: { matchLabels: { role: "server" } } };
const ingress = (rule: object) => ({ ...SELECT_SERVER, ingress: [rule] });
const FRIENDS = { podSelector: { matchLabels: { role: "friend" } } };

// For each policy on the server, who of friend, other and the far namespace's friend connects to it.
const SITUATIONS: Readonly<
	Record<string, [Policy["spec"], readonly boolean[]]>
> = {
	"no rule": [SELECT_SERVER, [false, false, false]],
	"pods by label": [ingress({ from: [FRIENDS] }), [true, false, false]],
	"pods by namespace": [
		ingress({
			from: [
				{
					namespaceSelector: {
						matchLabels: { "kubernetes.io/metadata.name": FAR },
					},
				},
			],
		}),
		[false, false, true],
	],
	"pods by label in every namespace": [
		ingress({ from: [{ ...FRIENDS, namespaceSelector: {} }] }),
		[true, false, true],
	],
	"the right port": [ingress({ ports: [{ port: 8080 }] }), [true, true, true]],
	"another port": [ingress({ ports: [{ port: 8081 }] }), [false, false, false]],
	"another protocol": [
		ingress({ ports: [{ port: 8080, protocol: "UDP" }] }),
		[false, false, false],
	],
	"a range of ports": [
		ingress({ from: [FRIENDS], ports: [{ port: 8000, endPort: 8100 }] }),
		[true, false, false],
	],
	"a port's name": [
		ingress({ from: [FRIENDS], ports: [{ port: "http" }] }),
		[true, false, false],
	],
	"a range of addresses outside": [
		ingress({ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }),
		[false, false, false],
	],
};

test.each(Object.entries(SITUATIONS))(
	"a policy that allows %s lets through what it says, and both readings agree",
	async (_, [spec, expected]) => {
		await apply(spec);
		const tries = [FRIEND, OTHER, STRANGER];
		const judged = tries.map((from) => judge(spec, from, SERVER));
		expect(judged).toEqual(expected);
		await expect
			.poll(
				() =>
					Promise.all(
						tries.map(
							async (from) => (await tryConnect(from, address)) === "connected",
						),
					),
				{ timeout: 20_000 },
			)
			.toEqual(expected);
	},
);

test("a closed pod is still probed by kubelet, and its logs and commands are reached", async () => {
	await apply({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
	await expect
		.poll(() => tryConnect(FRIEND, address), { timeout: 20_000 })
		.toBe("timed out");
	// Long enough for several probes to fail, if they did.
	await new Promise((resolve) => setTimeout(resolve, 5_000));
	expect(
		await kubectl([
			...["--namespace", NEAR, "get", "pod", SERVER.name],
			"--output",
			'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
		]),
	).toBe("True");
});

test("egress is closed by name and by address, and opened for DNS alone", async () => {
	const spec = {
		...FRIENDS,
		policyTypes: ["Egress"],
		egress: [
			{
				to: [
					{
						namespaceSelector: {
							matchLabels: { "kubernetes.io/metadata.name": "kube-system" },
						},
						podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
					},
				],
				ports: [
					{ port: 53, protocol: "UDP" },
					{ port: 53, protocol: "TCP" },
				],
			},
		],
	};
	await apply(spec);
	await expect
		.poll(() => tryConnect(FRIEND, address), { timeout: 20_000 })
		.toBe("timed out");
	expect(judge(spec, FRIEND, SERVER)).toBe(false);
	expect(await tryConnect(FRIEND, "10.96.0.10", 53)).toBe("connected");
	expect(await tryConnect(FRIEND, "10.96.0.1", 443)).toBe("timed out");
	// This machine stands for everything outside.
	expect(await tryConnect(FRIEND, LINK.machine, 22)).toBe("timed out");
	expect(await tryConnect(OTHER, address)).toBe("connected");
	expect(await tryConnect(OTHER, "10.96.0.1", 443)).toBe("connected");
});

test("egress to a range reaches addresses in it and not those excepted", async () => {
	const cidr = LINK.range;
	const to = (except: readonly string[]) => ({
		...FRIENDS,
		policyTypes: ["Egress"],
		egress: [{ to: [{ ipBlock: { cidr, except } }] }],
	});
	await apply(to([]));
	await expect
		.poll(() => tryConnect(FRIEND, LINK.node, 6443), { timeout: 20_000 })
		.toBe("connected");
	await apply(to([`${LINK.node}/32`]));
	await expect
		.poll(() => tryConnect(FRIEND, LINK.node, 6443), { timeout: 20_000 })
		.toBe("timed out");
});

test("a new pod gets no connection through before its policies are in force", async () => {
	await apply({ podSelector: {}, policyTypes: ["Egress"] });
	const eager = labelled(NEAR, "eager");
	// It tries from its first moment on, and says so if it ever succeeds.
	const attempt = `const go = () => { const s = require("node:net").connect({ host: "${address}", port: 8080, timeout: 1000 }); s.on("connect", () => console.log("connected")); s.on("timeout", () => s.destroy()); s.on("error", () => {}); }; go(); setInterval(go, 20);`;
	await applyObjects({
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: eager.name, namespace: NEAR, labels: eager.labels },
		spec: {
			terminationGracePeriodSeconds: 0,
			containers: [{ name: "eager", image, command: ["node", "-e", attempt] }],
		},
	});
	await kubectl([
		...["--namespace", NEAR, "wait", `pod/${eager.name}`],
		...["--for=condition=Ready", "--timeout=60s"],
	]);
	await new Promise((resolve) => setTimeout(resolve, 5_000));
	expect(await kubectl(["--namespace", NEAR, "logs", eager.name])).toBe("");
	await kubectl(["--namespace", NEAR, "delete", "networkpolicies", "--all"]);
	await expect
		.poll(() => kubectl(["--namespace", NEAR, "logs", eager.name]), {
			timeout: 20_000,
		})
		.toContain("connected");
	await kubectl(["--namespace", NEAR, "delete", "pod", eager.name]);
});

test("a new pod under a policy is answered at once, not after a resolver's patience", async () => {
	await apply({ podSelector: {}, policyTypes: ["Ingress"] });
	const lookup = `const t = Date.now(); require("node:dns").lookup("kubernetes.default", (e) => console.log(e ?? (Date.now() - t < 4000 ? "at once" : "late")))`;
	await applyObjects({
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: "asker", namespace: NEAR },
		spec: {
			restartPolicy: "Never",
			containers: [{ name: "asker", image, command: ["node", "-e", lookup] }],
		},
	});
	await expect
		.poll(() => kubectl(["--namespace", NEAR, "logs", "asker"]), {
			timeout: 30_000,
		})
		.toBe("at once\n");
});

function judge(spec: Policy["spec"], from: TestPod, to: TestPod): boolean {
	const party = ({ namespace, labels = {} }: TestPod) =>
		({ kind: "pod", namespace, labels, ports: { http: 8080 } }) as const;
	const policies = [{ metadata: { name: "p", namespace: NEAR }, spec }];
	return reaches(
		{ from: party(from), to: party(to), port: 8080 },
		{ policies, namespaces: {} },
	);
}

function apply(spec: object): Promise<void> {
	return applyObjects({
		apiVersion: "networking.k8s.io/v1",
		kind: "NetworkPolicy",
		metadata: { name: "p", namespace: NEAR },
		spec,
	});
}

function labelled(namespace: string, role: string): TestPod {
	return { namespace, name: role, labels: { role } };
}

async function removeNamespaces(): Promise<void> {
	await kubectl(["delete", "namespace", NEAR, FAR, "--ignore-not-found"]);
}
