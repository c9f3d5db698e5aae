import { describe, expect, test } from "vitest";
import {
	isComputed,
	loadSchema,
	secretOutputs,
} from "../../../toolchain/providers/schema.ts";
import versions from "../../../toolchain/versions.json" with { type: "json" };
import { OfficialSdk } from "./official-sdk.ts";

const sorted = (names: Iterable<string>) => [...names].sort();

describe.each(["docker", "kubernetes", "random"] as const)(
	"the stand-in for %s",
	(name) => {
		const schema = loadSchema(name);
		const official = new OfficialSdk(name);
		const resources = Object.entries(schema.resources).map(([token, spec]) => {
			const [, file = "", type = ""] = /:index\/(\w+):(\w+)$/.exec(token) ?? [];
			return { type, file, spec };
		});
		const types = Object.entries(schema.types)
			.filter(([token]) => token.includes(":index/"))
			.filter(([, spec]) => spec.properties !== undefined)
			.map(([token, spec]) => ({ type: token.split(":").at(-1) ?? "", spec }));

		test("stands in for the version that is installed", () => {
			expect(schema.version).toBe(official.version);
			expect(schema.version).toBe(versions.plugins[name]);
		});

		test.each(resources)(
			"implements or refuses by name every input of $type",
			({ type, file, spec }) => {
				const { names, required } = official.inputs(file, type);
				expect(
					sorted([
						...Object.keys(spec.inputProperties),
						...(spec.unsupported ?? []),
					]),
				).toEqual(names);
				expect(sorted(spec.requiredInputs ?? [])).toEqual(required);
			},
		);

		test.each(resources)(
			"has every output of $type but those of refused inputs",
			({ type, file, spec }) => {
				const refused = new Set(spec.unsupported);
				expect(sorted(Object.keys(spec.properties))).toEqual(
					official.outputs(file, type).filter((output) => !refused.has(output)),
				);
				expect(sorted(secretOutputs(spec))).toEqual(
					official.secretOutputs(file),
				);
			},
		);

		if (types.length > 0)
			test.each(types)(
				"implements or refuses by name every property of $type",
				({ type, spec }) => {
					const { names, required } = official.type(type);
					expect(
						sorted([
							...Object.keys(spec.properties ?? {}),
							...(spec.unsupported ?? []),
						]),
					).toEqual(names);
					expect(sorted(spec.required ?? [])).toEqual(required);
				},
			);
	},
);

test("an optional value the engine chooses is computed, a required one and one with a default are not", () => {
	const container =
		loadSchema("docker").resources["docker:index/container:Container"];
	if (container === undefined) throw new Error("no Container");
	expect(isComputed(container, "hostname")).toBe(true);
	expect(isComputed(container, "image")).toBe(false);
	expect(isComputed(container, "memorySwap")).toBe(false);
});
