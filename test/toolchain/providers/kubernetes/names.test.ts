import { expect, test } from "vitest";
import {
	autonamed,
	inNamespace,
} from "../../../../toolchain/providers/kubernetes/names.ts";
import { UNKNOWN } from "../../../../toolchain/providers/values.ts";

const naming = {
	resource: "front",
	seed: Buffer.from("0123456789abcdef", "hex"),
};
const automatic = {
	kind: "ConfigMap",
	metadata: {
		annotations: { "pulumi.com/autonamed": "true" },
		name: "front-01234567",
	},
};

test("an object without a name gets one with eight hex digits of the engine's seed", () => {
	expect(autonamed({ kind: "ConfigMap" }, {}, naming)).toEqual(automatic);
});

test("an automatic name stays over updates and is new in a replacement", () => {
	const old = {
		metadata: {
			annotations: { "pulumi.com/autonamed": "true" },
			name: "front-ffffffff",
		},
	};
	expect(autonamed({ kind: "ConfigMap" }, old, naming)).toEqual({
		kind: "ConfigMap",
		metadata: old.metadata,
	});
	expect(autonamed({ kind: "ConfigMap" }, {}, naming)).toEqual(automatic);
});

test("a name the program chose is kept, and one it drops is not taken for automatic", () => {
	const chosen = { metadata: { name: "front" } };
	expect(autonamed(chosen, automatic, naming)).toBe(chosen);
	expect(autonamed({ kind: "ConfigMap" }, chosen, naming)).toEqual(automatic);
});

test("other annotations stay beside the note, and unknown ones stay unknown", () => {
	const own = { metadata: { annotations: { a: "b" } } };
	expect(autonamed(own, {}, naming)).toEqual({
		metadata: {
			annotations: { a: "b", "pulumi.com/autonamed": "true" },
			name: "front-01234567",
		},
	});
	const unknown = { metadata: { annotations: UNKNOWN } };
	expect(autonamed(unknown, {}, naming)).toEqual({
		metadata: { annotations: UNKNOWN, name: "front-01234567" },
	});
	expect(autonamed({ metadata: UNKNOWN }, {}, naming)).toEqual({
		metadata: UNKNOWN,
	});
});

test("a namespace is filled in only where none is named", () => {
	expect(inNamespace({ kind: "Job" }, "jobs")).toEqual({
		kind: "Job",
		metadata: { namespace: "jobs" },
	});
	const placed = { metadata: { namespace: "prod" } };
	expect(inNamespace(placed, "jobs")).toBe(placed);
	expect(inNamespace({ metadata: UNKNOWN }, "jobs")).toEqual({
		metadata: UNKNOWN,
	});
});
