import { expect, test } from "vitest";
import type {
	Labels,
	Namespace,
	NetworkPolicy,
	Pod,
} from "../../../toolchain/cluster/agent/objects.ts";
import { renderPolicyRules } from "../../../toolchain/cluster/agent/policy-rules.ts";

const WEB = pod("web", "10.244.0.5", { app: "web" });
const CLIENT = pod("client", "10.244.0.6", { app: "client" });
const FAR = pod("far", "10.244.0.7", { app: "client" }, "far");

test("lets every pod it knows reach every other while there is no policy", () => {
	expect(rules([])).toBe(`table inet network_policies
delete table inet network_policies
table inet network_policies {
	set pods {
		type ipv4_addr
		elements = { 10.244.0.6, 10.244.0.7, 10.244.0.5 }
	}
	map ingress {
		type ipv4_addr : verdict
	}
	map egress {
		type ipv4_addr : verdict
	}
	chain forward {
		type filter hook forward priority -5; policy accept;
		ct state established,related accept
		ip saddr 10.244.0.0/24 ip saddr != @pods drop
		ip daddr 10.244.0.0/24 ip daddr != @pods drop
		ip saddr vmap @egress
		ip daddr vmap @ingress
	}
	chain input {
		type filter hook input priority -5; policy accept;
		ct state established,related accept
		iifname "lo" accept
		ip saddr 10.244.0.0/24 ip saddr != @pods drop
		ip saddr vmap @egress
	}
}
`);
});

test("drops what no rule allows to a pod that a policy selects, and to no other", () => {
	const denied = rules([
		policy({ podSelector: { matchLabels: { app: "web" } } }),
	]);
	expect(chains(denied)).toEqual({ ingress_uid_web: ["drop"] });
	expect(denied).toContain("elements = { 10.244.0.5 : jump ingress_uid_web }");
});

test("takes rules for egress alone as a policy for both directions", () => {
	expect(chains(rules([policy({ egress: [{}] })]))).toEqual({
		ingress_uid_client: ["drop"],
		egress_uid_client: ["return", "drop"],
		ingress_uid_web: ["drop"],
		egress_uid_web: ["return", "drop"],
	});
});

test("selects peers by their labels in the policy's own namespace", () => {
	expect(
		ingressOfWeb([
			{
				from: [{ podSelector: { matchLabels: { app: "client" } } }],
				ports: [{ port: 5000 }],
			},
		]),
	).toEqual(["ip saddr { 10.244.0.6 } tcp dport 5000 return", "drop"]);
});

test("selects peers by the labels of their namespace, and by both together", () => {
	const namespaceSelector = { matchLabels: { name: "far" } };
	expect(ingressOfWeb([{ from: [{ namespaceSelector }] }])).toEqual([
		"ip saddr { 10.244.0.7 } return",
		"drop",
	]);
	const podSelector = { matchLabels: { app: "web" } };
	expect(
		ingressOfWeb([{ from: [{ namespaceSelector, podSelector }] }]),
	).toEqual(["drop"]);
});

test.each([
	[{ operator: "In", values: ["client", "x"] }, "{ 10.244.0.6 }"],
	[{ operator: "NotIn", values: ["client"] }, "{ 10.244.0.5 }"],
	[{ operator: "Exists" }, "{ 10.244.0.6, 10.244.0.5 }"],
	[{ operator: "DoesNotExist" }, undefined],
] as const)("selects peers by the expression %o", (expression, addresses) => {
	const matchExpressions = [{ key: "app", ...expression }];
	expect(
		ingressOfWeb([{ from: [{ podSelector: { matchExpressions } }] }]),
	).toEqual([...(addresses ? [`ip saddr ${addresses} return`] : []), "drop"]);
});

test("allows ranges of addresses without what is excepted", () => {
	expect(
		ingressOfWeb([
			{
				from: [
					{
						ipBlock: {
							cidr: "10.0.0.0/8",
							except: ["10.1.0.0/16", "10.2.0.0/16"],
						},
					},
				],
			},
		]),
	).toEqual([
		"ip saddr 10.0.0.0/8 ip saddr != { 10.1.0.0/16, 10.2.0.0/16 } return",
		"drop",
	]);
});

test("allows protocols, ranges of ports and ports by the name the pod gives them", () => {
	expect(
		ingressOfWeb([
			{
				ports: [
					{ protocol: "UDP" },
					{ port: 8000, endPort: 8010 },
					{ port: "http" },
					{ port: "unknown" },
				],
			},
		]),
	).toEqual([
		"meta l4proto udp return",
		"tcp dport 8000-8010 return",
		"tcp dport 8080 return",
		"drop",
	]);
});

test("looks a port's name up at the pods that egress leads to", () => {
	const podSelector = { matchLabels: { app: "client" } };
	const rendered = rules([
		policy({
			podSelector,
			policyTypes: ["Egress"],
			egress: [
				{
					to: [{ podSelector: { matchLabels: { app: "web" } } }],
					ports: [{ port: "http" }],
				},
			],
		}),
	]);
	expect(chains(rendered)).toEqual({
		egress_uid_client: [
			"ip daddr { 10.244.0.5 } ip daddr 10.244.0.5 tcp dport 8080 return",
			"drop",
		],
	});
});

test("adds up what several policies allow", () => {
	const podSelector = { matchLabels: { app: "web" } };
	const rendered = rules([
		policy({ podSelector, ingress: [{ ports: [{ port: 1 }] }] }),
		policy({ podSelector, ingress: [{ ports: [{ port: 2 }] }] }),
	]);
	expect(chains(rendered)).toEqual({
		ingress_uid_web: ["tcp dport 1 return", "tcp dport 2 return", "drop"],
	});
});

test("leaves pods out that have ended or use the node's own address", () => {
	const ended: Pod = { ...WEB, status: { ...WEB.status, phase: "Succeeded" } };
	const onNode: Pod = {
		...CLIENT,
		spec: { ...CLIENT.spec, hostNetwork: true },
	};
	const rendered = renderPolicyRules({
		namespaces: [],
		pods: [ended, onNode],
		policies: [policy({})],
	});
	expect(chains(rendered)).toEqual({});
	expect(rendered).toContain("\tset pods {\n\t\ttype ipv4_addr\n\t}");
});

test("gives an address that one pod gives up and another has to the newer one", () => {
	const older = {
		...WEB,
		metadata: { ...WEB.metadata, creationTimestamp: "1" },
	};
	const newer = {
		...CLIENT,
		metadata: { ...CLIENT.metadata, creationTimestamp: "2" },
		status: older.status,
	};
	const rendered = renderPolicyRules({
		namespaces: [],
		pods: [newer, older],
		policies: [policy({})],
	});
	expect(chains(rendered)).toEqual({ ingress_uid_client: ["drop"] });
});

function ingressOfWeb(
	ingress: NonNullable<NetworkPolicy["spec"]["ingress"]>,
): readonly string[] | undefined {
	const podSelector = { matchLabels: { app: "web" } };
	return chains(rules([policy({ podSelector, ingress })])).ingress_uid_web;
}

function rules(policies: readonly NetworkPolicy[]): string {
	const namespaces = ["near", "far"].map(
		(name): Namespace => ({ metadata: { name, uid: name, labels: { name } } }),
	);
	return renderPolicyRules({ namespaces, pods: [WEB, CLIENT, FAR], policies });
}

/** The lines of each pod's chain, without the comment that names the pod. */
function chains(rendered: string): Record<string, readonly string[]> {
	const found = rendered.matchAll(
		/^\tchain ((?:in|e)gress_\S+) \{\n([^}]*(?:\{[^}]*\}[^}]*)*?)^\t\}/gm,
	);
	return Object.fromEntries(
		[...found].map(([, name, body = ""]) => [
			name,
			body
				.trimEnd()
				.split("\n")
				.map((line) => line.trim())
				.filter((line) => !line.startsWith("comment")),
		]),
	);
}

function pod(
	name: string,
	podIP: string,
	labels: Labels,
	namespace = "near",
): Pod {
	return {
		metadata: { name, namespace, uid: `uid-${name}`, labels },
		spec: { containers: [{ ports: [{ name: "http", containerPort: 8080 }] }] },
		status: { phase: "Running", podIP },
	};
}

function policy(spec: NetworkPolicy["spec"]): NetworkPolicy {
	return { metadata: { name: "p", namespace: "near", uid: "p" }, spec };
}
