import { describe, expect, test } from "vitest";
import { markSecret } from "../../../stacks/offline/secret-mark.ts";
import { resourceChanges } from "../../../toolchain/plan/resource-changes.ts";
import { recorded, store } from "./recorded.ts";

const container = (inputs: Record<string, unknown>) =>
	recorded({
		type: "docker:index/container:Container",
		name: "front",
		inputs: { image: "nginx", ...inputs },
	});
const claim = (spec: unknown, ignoreChanges: readonly string[] = []) =>
	recorded({
		type: "kubernetes:core/v1:PersistentVolumeClaim",
		name: "prod-storage",
		inputs: { apiVersion: "v1", kind: "PersistentVolumeClaim", spec },
		ignoreChanges,
	});
const secretOf = (inputs: Record<string, unknown>) =>
	recorded({
		type: "kubernetes:core/v1:Secret",
		name: "config",
		inputs: { apiVersion: "v1", kind: "Secret", ...inputs },
	});

/** What happens to the one resource that changes, and for what. */
function change(
	before: ReturnType<typeof recorded>,
	after: ReturnType<typeof recorded>,
) {
	const changes = resourceChanges([before], [after]);
	return changes.map(({ action, inputs }) => [action, inputs]);
}

test("a resource that is asked for as before is no change", () => {
	expect(resourceChanges([store()], [store()])).toEqual([]);
});

describe("on Docker", () => {
	test("a container is replaced for what the engine cannot change", () => {
		expect(change(container({}), container({ image: "nginx:2" }))).toEqual([
			["replace", [{ path: "image", replaces: true }]],
		]);
	});

	test("a container gets another limit in place", () => {
		expect(
			change(container({ memory: 64 }), container({ memory: 128 })),
		).toEqual([["update", [{ path: "memory", replaces: false }]]]);
	});

	test("the order of what is a set does not count", () => {
		const [a, b] = [{ name: "a" }, { name: "b" }];
		expect(
			change(
				container({ networksAdvanced: [a, b] }),
				container({ networksAdvanced: [b, a] }),
			),
		).toEqual([]);
	});
});

describe("on Kubernetes", () => {
	test("a claim is replaced for another size", () => {
		expect(change(claim({ size: "2Gi" }), claim({ size: "3Gi" }))).toEqual([
			["replace", [{ path: "spec.size", replaces: true }]],
		]);
	});

	test("what the program ignores does not count", () => {
		expect(
			change(
				claim({ size: "2Gi" }, ["spec"]),
				claim({ size: "3Gi" }, ["spec"]),
			),
		).toEqual([]);
	});

	test("contents replace a Secret with an automatic name, and change one with a fixed name", () => {
		const data = (value: string) => ({ stringData: { key: value } });
		expect(change(secretOf(data("a")), secretOf(data("b")))).toEqual([
			["replace", [{ path: "stringData.key", replaces: true }]],
		]);
		const fixed = { metadata: { name: "keys" } };
		expect(
			change(
				secretOf({ ...data("a"), ...fixed }),
				secretOf({ ...data("b"), ...fixed }),
			),
		).toEqual([["update", [{ path: "stringData.key", replaces: false }]]]);
	});
});

test("a secret that changes is told by its place alone", () => {
	const changes = resourceChanges(
		[container({ envs: markSecret(["KEY=canary-1"]) })],
		[container({ envs: markSecret(["KEY=canary-2"]) })],
	);
	expect(changes[0]?.inputs.map(({ path }) => path)).toEqual(["envs[0]"]);
	expect(JSON.stringify(changes)).not.toContain("canary");
});

describe("a resource under another name", () => {
	test("is deleted and created without an alias", () => {
		const before = store();
		const after = store({
			name: "box-storage",
			identity:
				"registry-tiers:index:Home$docker:index/volume:Volume::box-storage",
		});
		expect(
			resourceChanges([before], [after]).map(({ action, name, data }) => [
				action,
				name,
				data,
			]),
		).toEqual([
			["create", "box-storage", true],
			["delete", "sandbox-storage", true],
		]);
	});

	test("is renamed with one, and nothing else", () => {
		const before = store();
		const after = store({
			identity: "registry-tiers:index:Box$docker:index/volume:Volume::s",
			aliases: [before.identity],
		});
		expect(
			resourceChanges([before], [after]).map(({ action, renamedFrom }) => [
				action,
				renamedFrom,
			]),
		).toEqual([["rename", before.identity]]);
	});
});

test("what loses its protection is a change, though no input is", () => {
	const [change] = resourceChanges(
		[store({ protect: true, retainOnDelete: true })],
		[store()],
	);
	expect([change?.action, change?.losesProtection, change?.inputs]).toEqual([
		"update",
		true,
		[],
	]);
});
