import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { computed } from "../../stacks/offline/computed.ts";
import { describeStacks } from "../../stacks/offline/describe.ts";
import {
	withoutMarks,
	withoutSecrets,
} from "../../stacks/offline/secret-mark.ts";
import { renderHtml } from "../../toolchain/plan/html.ts";
import { renderMarkdown } from "../../toolchain/plan/markdown.ts";
import { pageOf } from "../../toolchain/plan/page.ts";
import { policyStates } from "../../toolchain/plan/policies.ts";
import { stackPlan } from "../../toolchain/plan/stack-plan.ts";

const sourceOf = (stack: string) => ({
	stack,
	file: `Pulumi.${stack}.yaml`,
	config: parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")).config,
});

const descriptions = await describeStacks([
	sourceOf("dev"),
	{ stack: "bad", file: "Pulumi.bad.yaml", config: {} },
	sourceOf("k8s"),
	sourceOf("dev"),
]);
const [dev, bad, k8s, again] = descriptions;
if (!dev || !k8s) throw new Error("no descriptions");

test("several stacks are described in one process, each as its own", () => {
	expect(
		descriptions.map(({ stack, invalid, refused }) => [
			stack,
			invalid,
			refused,
		]),
	).toEqual([
		["dev", undefined, undefined],
		["bad", expect.stringContaining("Pulumi.bad.yaml"), undefined],
		["k8s", undefined, undefined],
		["dev", undefined, undefined],
	]);
	const types = (of: typeof dev) =>
		new Set(of.resources?.map(({ type }) => type.split(":")[0]));
	expect(types(dev).has("kubernetes")).toBe(false);
	expect(types(k8s).has("docker")).toBe(false);
});

test("the stacks of the checkout keep every policy, as the plan sees them", () => {
	for (const described of [dev, k8s]) {
		const broken = policyStates(described, "2026-12-31")
			.filter(({ broken }) => broken.length > 0)
			.map(({ id }) => id);
		expect([described.stack, ...broken]).toEqual([described.stack]);
	}
});

test("the same program asks for the same: nothing changes between two descriptions", () => {
	expect(stackPlan(dev, again).resources).toEqual([]);
	expect(stackPlan(dev, again).state).toBe("unchanged");
});

test("what a program tells whoever runs it is kept, and told when it is new", () => {
	expect(dev.remarks).toEqual([]);
	const [remark = ""] = k8s.remarks;
	expect(remark).toMatch(/^prod: rw and ro are two containers of one pod/);
	const before = { ...k8s, remarks: [] };
	expect(stackPlan(before, k8s).findings).toContainEqual({
		level: "look",
		text: remark,
	});
});

test("a resource is known by the types of all that it is in, as the engine knows it", () => {
	const storage = dev.resources?.find(({ name }) => name === "sandbox-storage");
	expect(storage?.identity).toBe(
		"registry-tiers:index:Home$registry-tiers:index:Sandbox$docker:index/volume:Volume::sandbox-storage",
	);
	expect(storage?.within).toEqual(["home", "sandbox"]);
});

test("what is kept is protected: Prod's claim, and not Sandbox's", () => {
	const kept = (name: string) => {
		const claim = k8s.resources?.find(
			(resource) =>
				resource.name === name &&
				resource.type.endsWith("PersistentVolumeClaim"),
		);
		return [claim?.protect, claim?.retainOnDelete];
	};
	expect(kept("prod-storage")).toEqual([true, true]);
	expect(kept("sandbox-storage")).toEqual([false, false]);
});

test("a configuration that is not valid is told in its own words", () => {
	expect(bad?.invalid).toContain(
		"Pulumi.bad.yaml does not describe an estate:",
	);
	expect([bad?.model, bad?.resources]).toEqual([undefined, undefined]);
});

describe("secrets", () => {
	const secrets = [dev, k8s].flatMap(({ resources = [] }) =>
		resources.flatMap(({ type, name, inputs }) =>
			type.startsWith("random:")
				? Object.values(
						withoutMarks(computed(type, name, inputs)) as Record<
							string,
							string
						>,
					)
				: [],
		),
	);

	test("are in what the programs ask for, marked everywhere", () => {
		expect(secrets.length).toBeGreaterThan(50);
		const everything = JSON.stringify(withoutMarks([dev, k8s]));
		expect(secrets.filter((secret) => everything.includes(secret)).length).toBe(
			secrets.length,
		);
		const unmarked = JSON.stringify(withoutSecrets([dev, k8s], "secret"));
		expect(secrets.filter((secret) => unmarked.includes(secret))).toEqual([]);
		expect(unmarked).not.toContain("PRIVATE KEY");
	});

	test("are in no plan, although all that has them is new, changed or gone", async () => {
		// Every input of every resource differs.
		const changed = {
			...dev,
			resources: (dev.resources ?? []).map((resource) => ({
				...resource,
				inputs: Object.fromEntries(
					Object.keys(resource.inputs).map((name) => [name, ["other"]]),
				),
			})),
		};
		const stacks = [
			stackPlan(changed, dev),
			stackPlan(undefined, k8s),
			stackPlan(k8s, undefined),
		];
		const plan = {
			base: { name: "main", commit: "0123456789" },
			stacks,
			fails: false,
		};
		const page = pageOf(plan);
		const written = [
			JSON.stringify(plan),
			renderMarkdown(page),
			await renderHtml(page),
		].join("\n");
		expect(written).toContain("home-gate-server");
		expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
		expect(written).not.toContain("PRIVATE KEY");
	});
});
