import { expect, test } from "vitest";
import {
	ownedByApply,
	ownsByUpdate,
} from "../../../../toolchain/providers/kubernetes/field-managers.ts";

const ME = "pulumi-kubernetes-12345678";
const entry = (manager: string, operation: string, fieldsV1: object) => ({
	manager,
	operation,
	apiVersion: "v1",
	fieldsV1: fieldsV1 as Record<string, never>,
});
const object = (...managedFields: ReturnType<typeof entry>[]) => ({
	metadata: { managedFields },
});
const controller = {
	...entry("kube-controller-manager", "Update", { "f:status": {} }),
	subresource: "status",
};

test("what a creation set is owned by apply from then on, and others keep what is theirs", () => {
	const created = object(
		entry(ME, "Update", { "f:data": { "f:a": {} } }),
		controller,
	);
	expect(ownsByUpdate(created, ME)).toBe(true);
	const owned = ownedByApply(created, ME);
	expect(owned).toEqual([
		controller,
		entry(ME, "Apply", { "f:data": { "f:a": {} } }),
	]);
	expect(ownsByUpdate({ metadata: { managedFields: owned } }, ME)).toBe(false);
});

test("fields of creation and apply become one set", () => {
	expect(
		ownedByApply(
			object(
				entry(ME, "Apply", { "f:data": { ".": {}, "f:a": {} } }),
				entry(ME, "Update", { "f:data": { "f:b": {} }, "f:immutable": {} }),
			),
			ME,
		),
	).toEqual([
		entry(ME, "Apply", {
			"f:data": { ".": {}, "f:a": {}, "f:b": {} },
			"f:immutable": {},
		}),
	]);
});

test("what the official plugin created is taken over, what kubectl changed is not", () => {
	const kubectl = entry("kubectl-edit", "Update", { "f:data": { "f:k": {} } });
	const plugin = entry("pulumi-kubernetes", "Update", {
		"f:data": { "f:a": {} },
	});
	expect(ownedByApply(object(kubectl, plugin), ME)).toEqual([
		kubectl,
		entry(ME, "Apply", { "f:data": { "f:a": {} } }),
	]);
	expect(ownsByUpdate(object(kubectl), ME)).toBe(false);
});
