import { expect, test } from "vitest";
import {
	concealed,
	withEncodedData,
} from "../../../../toolchain/providers/kubernetes/secrets.ts";
import { secret } from "../../../../toolchain/providers/values.ts";

test("the contents of a Secret are secret, whatever the inputs say", () => {
	expect(
		concealed(
			{ kind: "Secret", metadata: { name: "s" }, data: { a: "b25l" } },
			{ kind: "Secret", stringData: { a: "one" } },
		),
	).toEqual({
		kind: "Secret",
		metadata: { name: "s" },
		data: secret({ a: "b25l" }),
	});
});

test("what was secret in the inputs is secret in the object: a value alone in a map, a list as a whole", () => {
	expect(
		concealed(
			{
				kind: "Deployment",
				spec: { a: "x", env: [{ value: "key" }, { value: "y" }], c: "z" },
			},
			{
				kind: "Deployment",
				spec: {
					a: secret("x"),
					env: [{ value: secret("key") }, { value: "y" }],
					c: "z",
				},
			},
		),
	).toEqual({
		kind: "Deployment",
		spec: {
			a: secret("x"),
			env: secret([{ value: "key" }, { value: "y" }]),
			c: "z",
		},
	});
});

test("a Secret goes to the API server with all its content in data", () => {
	expect(
		withEncodedData({
			kind: "Secret",
			data: { a: "b25l" },
			stringData: { b: "zwei ü" },
		}),
	).toEqual({ kind: "Secret", data: { a: "b25l", b: "endlaSDDvA==" } });
	const other = { kind: "ConfigMap", stringData: { a: "b" } };
	expect(withEncodedData(other)).toBe(other);
});
