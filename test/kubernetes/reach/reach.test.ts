import { expect, test } from "vitest";
import { type Party, type Policy, reaches } from "./reach.ts";

const FRONT = pod("prod", "front");
const REGISTRY = { ...pod("prod", "registry"), ports: { http: 5000 } } as const;
const STRANGER = pod("sandbox", "front");
const OUTSIDE: Party = { kind: "address", address: "203.0.113.9" };
const NAMESPACES = { prod: { tier: "prod" }, sandbox: { tier: "sandbox" } };
const ALL: Policy["spec"] = { podSelector: {} };

test("everybody reaches everybody without policies", () => {
	expect(may(STRANGER, REGISTRY)).toBe(true);
	expect(may(OUTSIDE, REGISTRY)).toBe(true);
	expect(may(REGISTRY, OUTSIDE)).toBe(true);
});

test("a policy without rules closes the pods it selects, and no other namespace", () => {
	const denied = [policy({ ...ALL, policyTypes: ["Ingress", "Egress"] })];
	expect(may(FRONT, REGISTRY, denied)).toBe(false);
	expect(may(REGISTRY, OUTSIDE, denied)).toBe(false);
	expect(may(STRANGER, OUTSIDE, denied)).toBe(true);
});

test("needs the sender's egress and the receiver's ingress", () => {
	const ingress = policy({
		podSelector: { matchLabels: { app: "registry" } },
		ingress: [{ from: [{ podSelector: { matchLabels: { app: "front" } } }] }],
	});
	expect(may(FRONT, REGISTRY, [ingress])).toBe(true);
	const noEgress = policy({
		podSelector: { matchLabels: { app: "front" } },
		policyTypes: ["Egress"],
	});
	expect(may(FRONT, REGISTRY, [ingress, noEgress])).toBe(false);
});

test("isolates for egress only where types or rules say so", () => {
	expect(may(FRONT, OUTSIDE, [policy(ALL)])).toBe(true);
	expect(may(FRONT, OUTSIDE, [policy({ ...ALL, egress: [] })])).toBe(true);
	const dnsAlone = policy({ ...ALL, egress: [{ ports: [{ port: 53 }] }] });
	expect(may(FRONT, OUTSIDE, [dnsAlone])).toBe(false);
	expect(may(FRONT, OUTSIDE, [dnsAlone], 53)).toBe(true);
});

test("a selector of pods alone means the policy's own namespace", () => {
	const own = ingressFrom({ podSelector: { matchLabels: { app: "front" } } });
	expect(may(FRONT, REGISTRY, [own])).toBe(true);
	expect(may(STRANGER, REGISTRY, [own])).toBe(false);
});

test("a selector of namespaces and one of pods must both be met in one peer, and either in two", () => {
	const namespaceSelector = { matchLabels: { tier: "sandbox" } };
	const podSelector = { matchLabels: { app: "registry" } };
	const other = pod("sandbox", "registry");
	const both = [ingressFrom({ namespaceSelector, podSelector })];
	expect(may(STRANGER, REGISTRY, both)).toBe(false);
	expect(may(other, REGISTRY, both)).toBe(true);
	const either = [ingressFrom({ namespaceSelector }, { podSelector })];
	expect(may(STRANGER, REGISTRY, either)).toBe(true);
	expect(may(FRONT, REGISTRY, either)).toBe(false);
});

test("knows namespaces by the label that Kubernetes gives them", () => {
	const named = ingressFrom({
		namespaceSelector: {
			matchLabels: { "kubernetes.io/metadata.name": "sandbox" },
		},
	});
	expect(may(STRANGER, REGISTRY, [named])).toBe(true);
	expect(may(FRONT, REGISTRY, [named])).toBe(false);
});

test.each([
	["In", ["front"], true],
	["In", ["gate"], false],
	["NotIn", ["front"], false],
	["NotIn", ["gate"], true],
	["Exists", undefined, true],
	["DoesNotExist", undefined, false],
] as const)("judges %s %o of a label", (operator, values, reached) => {
	const expression = { key: "app", operator, ...(values && { values }) };
	const podSelector = { matchExpressions: [expression] };
	expect(may(FRONT, REGISTRY, [ingressFrom({ podSelector })])).toBe(reached);
});

test("ranges mean addresses, without those excepted, and pods only whose address is told", () => {
	const range = [
		ingressFrom({
			ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.8/29"] },
		}),
	];
	const at = (address: string): Party => ({ kind: "address", address });
	expect(may(at("203.0.113.7"), REGISTRY, range)).toBe(true);
	expect(may(OUTSIDE, REGISTRY, range)).toBe(false);
	expect(may(FRONT, REGISTRY, range)).toBe(false);
	const addressed = { ...FRONT, address: "203.0.113.7" };
	expect(may(addressed, REGISTRY, range)).toBe(true);
});

test("judges the port by number, by range, by protocol and by the receiver's name for it", () => {
	const ports = [
		{ port: "http" },
		{ port: 6000, endPort: 6002 },
		{ protocol: "UDP" },
	];
	const some = [policy({ ...ALL, ingress: [{ ports }] })];
	const reached = [4999, 5000, 5001, 5999, 6000, 6002, 6003].filter((port) =>
		may(FRONT, REGISTRY, some, port),
	);
	expect(reached).toEqual([5000, 6000, 6002]);
	const udp = { from: FRONT, to: REGISTRY, port: 1, protocol: "UDP" } as const;
	expect(reaches(udp, { policies: some, namespaces: {} })).toBe(true);
});

test("what one policy allows no other takes away", () => {
	const open = policy({ ...ALL, ingress: [{}] });
	expect(may(OUTSIDE, REGISTRY, [policy(ALL), open])).toBe(true);
});

test("refuses a selector it cannot judge", () => {
	const podSelector = {
		matchExpressions: [{ key: "app", operator: "Like", values: ["f*"] }],
	};
	expect(() => may(FRONT, REGISTRY, [ingressFrom({ podSelector })])).toThrow(
		new Error("no operator 'Like'"),
	);
});

function may(
	from: Party,
	to: Party,
	policies: readonly Policy[] = [],
	port = 5000,
): boolean {
	return reaches({ from, to, port }, { policies, namespaces: NAMESPACES });
}

function pod(namespace: string, app: string) {
	return { kind: "pod", namespace, labels: { app } } as const;
}

function policy(spec: Policy["spec"]): Policy {
	return { metadata: { name: "p", namespace: "prod" }, spec };
}

function ingressFrom(
	...from: NonNullable<NonNullable<Policy["spec"]["ingress"]>[0]["from"]>
): Policy {
	return policy({ ...ALL, ingress: [{ from }] });
}
