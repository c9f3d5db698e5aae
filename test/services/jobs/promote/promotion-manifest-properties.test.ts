import fc from "fast-check";
import { expect, test } from "vitest";
import { A, parse } from "./manifest-harness.ts";

const digests = fc
	.stringMatching(/^[0-9a-f]{64}$/)
	.map((hex) => `sha256:${hex}`);
const names = fc.stringMatching(/^[a-z0-9]{1,8}\/[a-z0-9]{1,8}$/);
const tags = fc
	.stringMatching(/^[a-zA-Z_][a-zA-Z0-9._-]{0,20}$/)
	.filter((tag) => tag !== "latest");

test("whatever is written is read back", () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(
				fc.record({
					name: names,
					digest: digests,
					tags: fc.uniqueArray(tags, { minLength: 1, maxLength: 4 }),
				}),
				{
					selector: ({ name }) => name,
				},
			),
			(images) => {
				const text = JSON.stringify(
					images.map(({ name, digest, tags }) => ({
						name,
						dmap: { [digest]: tags },
					})),
				);
				expect(parse(text)).toEqual({
					wanted: images.flatMap(({ name, digest, tags }) =>
						tags.map((tag) => `${name}:${tag}@${digest}`),
					),
					problems: [],
				});
			},
		),
	);
});

test("no text makes it throw, and every problem is one line", () => {
	const pieces = fc.constantFrom(
		"- ",
		"name",
		"dmap",
		": ",
		"\n",
		"  ",
		"[",
		"]",
		"{",
		"}",
		'"',
		"'",
		",",
		A,
		"team/app",
		"1.0",
		"&a",
		"*a",
		"<<",
		"!!str",
		"---\n",
		"#",
		"|",
		">",
		"\t",
		"\0",
		"? ",
		"__proto__",
		"\u001b[2J",
		"%YAML 1.1\n",
		"images",
		"rules",
		"repositories",
		"tags",
		"promote",
		"(v)",
		"$1",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
			for (const line of parse(parts.join("")).problems) {
				expect(line).toMatch(
					/^m\.yaml(?::[^\n]+)?: [^\n]+, got [^\n]+; expected [^\n]+\. Fix: [^\n]+\.$/,
				);
			}
		}),
		{ numRuns: 3000 },
	);
});
