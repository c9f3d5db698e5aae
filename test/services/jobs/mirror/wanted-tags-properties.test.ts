import fc from "fast-check";
import { expect, test } from "vitest";
import { parseWantedTags } from "../../../../services/jobs/mirror/wanted-tags.ts";
import { A, parse } from "./list-harness.ts";

const tagNames = fc
	.stringMatching(/^[a-zA-Z_][a-zA-Z0-9._-]{0,20}$/)
	.filter((tag) => !/-kept-/.test(tag));

test("whatever is written is read back", () => {
	const images = fc.uniqueArray(
		fc.record({
			name: fc.stringMatching(/^[a-z0-9]{1,8}\.[a-z]{2,3}\/[a-z0-9]{1,8}$/),
			tags: fc.uniqueArray(tagNames, { minLength: 1, maxLength: 4 }),
		}),
		{ selector: ({ name }) => name, minLength: 1 },
	);
	fc.assert(
		fc.property(images, (list) => {
			const { wanted, problems } = parse(JSON.stringify({ images: list }));
			expect(problems).toEqual([]);
			expect(wanted).toEqual(
				list.flatMap(({ name, tags }) =>
					tags.map((tag) => `${name.replace("/", " ")} ${tag} = upstream`),
				),
			);
		}),
	);
});

test("no text makes it throw, and every problem is one line", () => {
	const pieces = fc.constantFrom(
		...["- ", "name", "tags", "dmap", "images", "overrides", "image", "tag"],
		...["owner", "reason", "expires", ": ", "\n", "  ", "[", "]", "{", "}"],
		...['"', "'", ",", A, "docker.io/library/debian", "nginx", "1.0", "*"],
		...["&a", "<<", "!!str", "---\n", "#", "|", "\t", "\0", "__proto__"],
		...["\u001b[2J", "2026-12-31", `docker.io/team/debian@${A}`],
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
			for (const line of parse(parts.join("")).problems) {
				expect(line).toMatch(
					/^m\.yaml(?::[^\n]+)?: [^\n]+, got [^\n]+; expected [^\n]+\. Fix: [^\n]+\.$/,
				);
			}
		}),
		{ numRuns: 1000 },
	);
});

test("no name or image makes it throw, and what is taken is safe in a path", () => {
	const parts = fc.constantFrom(
		...["docker.io", "quay.io", "library", "debian", "/", "/", "..", "%2f"],
		...["@", ":", "*", "A", "_", "-", "10.0.0.1", "[::1]", ":443", A],
		...["\0", "\n", "\u001b[2J", "\u202e", "\u0430", "\ud800", "\u{1f600}"],
	);
	const anything = fc.oneof(
		fc.string(),
		fc.array(parts, { maxLength: 6 }).map((list) => list.join("")),
	);
	fc.assert(
		fc.property(anything, anything, (name, image) => {
			const { wanted } = parseWantedTags([
				{
					path: "m.yaml",
					text: JSON.stringify({
						images: [{ name, tags: ["1"] }],
						overrides: [
							{
								name,
								tag: "1",
								image,
								owner: "o",
								reason: "r",
								expires: "2026-01-01",
							},
						],
					}),
				},
			]);
			for (const { registry, repository } of wanted) {
				expect(`${registry}/${repository}`).toBe(name);
				expect(name).toMatch(
					/^[a-z0-9][a-z0-9.-]*\.[a-z0-9.-]*(?:\/[a-z0-9][a-z0-9._-]*)+$/,
				);
			}
		}),
		{ numRuns: 400 },
	);
});
