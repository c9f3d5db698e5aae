import fc from "fast-check";
import { expect, test } from "vitest";
import { hasRepeatedMembers } from "../../../services/gate/json.ts";

const repeats = (text: string) => hasRepeatedMembers(text, JSON.parse(text));
const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });

test("finds no repeated member in what JSON.stringify writes, whatever the strings hold", () => {
	fc.assert(
		fc.property(
			fc.jsonValue(),
			fc.constantFrom(undefined, 2),
			(value, indent) => {
				expect(repeats(JSON.stringify(value, null, indent))).toBe(false);
			},
		),
	);
});

test("finds a repeated member wherever it is", () => {
	fc.assert(
		fc.property(objects, fc.jsonValue(), (object, other) => {
			const text = JSON.stringify(object);
			const [name = ""] = Object.keys(object);
			const twice = `{${JSON.stringify(name)} : ${JSON.stringify(other)},${text.slice(1)}`;
			expect(repeats(twice)).toBe(true);
			expect(repeats(`[1,{"x":[${twice}]}]`)).toBe(true);
		}),
	);
});

test("takes two spellings of a member for the same", () => {
	expect(repeats('{"a":1,"\\u0061":2}')).toBe(true);
});
