import { describe, expect, test } from "vitest";
import {
	kindOf,
	named,
	objectId,
	parseObjectId,
} from "../../../../toolchain/providers/kubernetes/kind.ts";

describe("a resource type", () => {
	test.each([
		["kubernetes:core/v1:Secret", "v1", "Secret"],
		["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
		[
			"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
			"rbac.authorization.k8s.io/v1",
			"RoleBinding",
		],
		[
			"kubernetes:cert-manager.io/v1:Certificate",
			"cert-manager.io/v1",
			"Certificate",
		],
	])("%s is the kind the API server calls %s %s", (type, apiVersion, kind) => {
		expect(kindOf(type)).toEqual({ apiVersion, kind });
	});

	test.each([
		[
			"kubernetes:helm.sh/v3:Release",
			"it is no kind of the Kubernetes API, or install the official plugin",
		],
		[
			"kubernetes:yaml/v2:ConfigGroup",
			"it is no kind of the Kubernetes API, or install the official plugin",
		],
		[
			"kubernetes:core/v1:SecretList",
			"declare the objects of the list, or install the official plugin",
		],
		[
			"kubernetes:core/v1:ConfigMapPatch",
			"declare the object itself, or install the official plugin",
		],
	])("%s is refused by name", (type, why) => {
		expect(() => kindOf(type)).toThrow(
			new Error(
				`the stand-in for the kubernetes plugin does not serve ${type}: ${why}`,
			),
		);
	});
});

test("ids and names carry the namespace, where there is one", () => {
	const front = { kind: "Deployment", namespace: "prod", name: "front" };
	expect(objectId(front)).toBe("prod/front");
	expect(objectId({ name: "prod" })).toBe("prod");
	expect(parseObjectId("prod/front")).toEqual({
		namespace: "prod",
		name: "front",
	});
	expect(parseObjectId("prod")).toEqual({ name: "prod" });
	expect(named(front)).toBe('Deployment "prod/front"');
});
