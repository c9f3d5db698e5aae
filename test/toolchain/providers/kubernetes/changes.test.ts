import { describe, expect, test } from "vitest";
import { changesBetween } from "../../../../toolchain/providers/kubernetes/changes.ts";
import {
	type PropertyMap,
	UNKNOWN,
} from "../../../../toolchain/providers/values.ts";

const FIXED = { configMaps: false, secrets: false };
const AUTOMATIC = { "pulumi.com/autonamed": "true" };

const between = (
	old: PropertyMap,
	wanted: PropertyMap,
	ignored: readonly string[] = [],
	mutable = FIXED,
) => changesBetween(old, wanted, mutable, ignored);

function deployment(spec: PropertyMap, name = "front"): PropertyMap {
	const metadata = { name, namespace: "prod" };
	return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}

function content(
	kind: "ConfigMap" | "Secret",
	annotations: PropertyMap,
	rest: PropertyMap,
): PropertyMap {
	const metadata = { name: "c", namespace: "prod", annotations };
	return { apiVersion: "v1", kind, metadata, ...rest };
}

describe("a change", () => {
	test("has the path of what changed, in maps and in lists", () => {
		expect(
			between(
				deployment({ replicas: 1, template: { list: [{ a: 1 }, { b: 1 }] } }),
				deployment({ template: { list: [{ a: 2 }], "x.y/z": "new" } }),
			),
		).toEqual({
			changes: [
				{ path: "spec.replicas", kind: "delete", replace: false },
				{ path: "spec.template.list[0].a", kind: "update", replace: false },
				{ path: "spec.template.list[1]", kind: "delete", replace: false },
				{ path: 'spec.template["x.y/z"]', kind: "add", replace: false },
			],
			deleteBeforeReplace: false,
		});
	});

	test("is assumed where the value is not known yet", () => {
		const { changes } = between(
			deployment({ template: { image: "a" } }),
			deployment({ template: { image: UNKNOWN } }),
		);
		expect(changes).toEqual([
			{ path: "spec.template.image", kind: "update", replace: false },
		]);
	});

	test("is none between null and nothing, and none under ignored paths", () => {
		expect(
			between(deployment({ paused: null }), deployment({})).changes,
		).toEqual([]);
		expect(
			between(deployment({ replicas: 1 }), deployment({ replicas: 2 }), [
				"spec.replicas",
			]).changes,
		).toEqual([]);
	});
});

describe("a replacement", () => {
	test("follows from a field the API server never changes, old before new under the same name", () => {
		const selector = (app: string) => ({ selector: { matchLabels: { app } } });
		expect(
			between(deployment(selector("a")), deployment(selector("b"))),
		).toEqual({
			changes: [
				{
					path: "spec.selector.matchLabels.app",
					kind: "update",
					replace: true,
				},
			],
			deleteBeforeReplace: true,
		});
	});

	test("follows from another name or namespace, new before old", () => {
		expect(between(deployment({}), deployment({}, "other"))).toEqual({
			changes: [{ path: "metadata.name", kind: "update", replace: true }],
			deleteBeforeReplace: false,
		});
	});

	test("follows when a part goes that has such a field in it", () => {
		const claim = (spec: PropertyMap): PropertyMap => ({
			apiVersion: "v1",
			kind: "PersistentVolumeClaim",
			metadata: { name: "store" },
			...spec,
		});
		const { changes } = between(
			claim({ spec: { resources: { requests: { storage: "1Gi" } } } }),
			claim({ spec: { resources: { requests: { storage: "2Gi" } } } }),
		);
		expect(changes).toEqual([
			{
				path: "spec.resources.requests.storage",
				kind: "update",
				replace: true,
			},
		]);
		expect(
			between(deployment({ selector: {} }), { ...deployment({}), spec: null })
				.changes,
		).toEqual([{ path: "spec", kind: "delete", replace: true }]);
	});
});

describe.each(["ConfigMap", "Secret"] as const)("what a %s holds", (kind) => {
	test("replaces it under an automatic name, so that pods see another name", () => {
		expect(
			between(
				content(kind, AUTOMATIC, { data: { a: "1" } }),
				content(kind, AUTOMATIC, { data: { a: "2" } }),
			),
		).toEqual({
			changes: [{ path: "data.a", kind: "update", replace: true }],
			deleteBeforeReplace: false,
		});
	});

	test("changes in place under a name of the program's, and where the provider says so", () => {
		const inPlace = [{ path: "data.a", kind: "update", replace: false }];
		expect(
			between(
				content(kind, {}, { data: { a: "1" } }),
				content(kind, {}, { data: { a: "2" } }),
			).changes,
		).toEqual(inPlace);
		expect(
			between(
				content(kind, AUTOMATIC, { data: { a: "1" } }),
				content(kind, AUTOMATIC, { data: { a: "2" } }),
				[],
				{ configMaps: true, secrets: true },
			).changes,
		).toEqual(inPlace);
	});

	test("replaces one that is immutable, under any name", () => {
		expect(
			between(
				content(kind, {}, { immutable: true, data: { a: "1" } }),
				content(kind, {}, { immutable: true, data: { a: "2" } }),
			),
		).toEqual({
			changes: [{ path: "data.a", kind: "update", replace: true }],
			deleteBeforeReplace: true,
		});
	});
});

test("another type of Secret is another Secret", () => {
	expect(
		between(
			content("Secret", {}, { type: "Opaque" }),
			content("Secret", {}, { type: "kubernetes.io/tls" }),
		).changes,
	).toEqual([{ path: "type", kind: "update", replace: true }]);
});
