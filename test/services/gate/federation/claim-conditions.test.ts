import { expect, test } from "vitest";
import { unmetCondition } from "../../../../services/gate/federation/claim-conditions.ts";

// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims
const TOKEN = {
	sub: "system:serviceaccount:registry-tiers:promoter",
	"kubernetes.io": {
		namespace: "registry-tiers",
		serviceaccount: { name: "promoter", uid: "7" },
	},
	ref_protected: "true",
	groups: ["admins"],
};

test.each([
	[{ sub: "system:serviceaccount:registry-tiers:promoter" }],
	[{ "kubernetes.io.serviceaccount.name": "promoter" }],
	[{ "kubernetes.io.namespace": "registry-.*", ref_protected: "true" }],
])("a token that meets all conditions is taken: %j", (conditions) => {
	expect(unmetCondition(TOKEN, conditions)).toBeUndefined();
});

test.each([
	[
		{ sub: "system:serviceaccount:registry-tiers:promo" },
		"its claim sub is 'system:serviceaccount:registry-tiers:promoter': expected system:serviceaccount:registry-tiers:promo",
	],
	[
		{ sub: "serviceaccount:.*" },
		/^its claim sub is '.*': expected serviceaccount:\.\*$/,
	],
	[
		{ sub: ".*", "kubernetes.io.namespace": "prod|a" },
		/^its claim kubernetes\.io\.namespace is 'registry-tiers': expected prod\|a$/,
	],
	[
		{ "kubernetes.io.pod.name": ".*" },
		"it has no claim kubernetes.io.pod.name",
	],
	[
		{ "kubernetes.io.serviceaccount": ".*" },
		"its claim kubernetes.io.serviceaccount is not a text",
	],
	[{ groups: "admins" }, "its claim groups is not a text"],
	[{ "groups.0": "admins" }, "it has no claim groups.0"],
	[{ "sub.length": ".*" }, "it has no claim sub.length"],
	[{ constructor: ".*" }, "it has no claim constructor"],
	[{ "__proto__.x": ".*" }, "it has no claim __proto__.x"],
])(
	"a token that does not meet %j is refused with the reason",
	(conditions, reason) => {
		expect(unmetCondition(TOKEN, conditions)).toMatch(reason);
	},
);

test("a claim that takes a careless pattern forever counts for nothing, soon", () => {
	const started = performance.now();
	const ref = `refs/heads/${"a".repeat(200)}!`;
	expect(unmetCondition({ ref }, { ref: "refs/heads/(a+)+" })).toBe(
		"its claim ref takes too long to match",
	);
	expect(performance.now() - started).toBeLessThan(2_000);
});

test("a claim that can be read in two ways counts in neither", () => {
	const claims = { "a.b": "good", a: { b: "evil" } };
	expect(unmetCondition(claims, { "a.b": "good" })).toBe(
		"it has several claims a.b",
	);
});
