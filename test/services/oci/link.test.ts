import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../../services/oci/errors.ts";
import { nextPage, parseLinks } from "../../../services/oci/link.ts";

const PAGE = new URL("https://prod.example.com/v2/team/app/tags/list?n=2");

describe("the next page", () => {
	test.each([
		['</v2/team/app/tags/list?n=2&last=b>; rel="next"', "?n=2&last=b"],
		["<?n=2&last=b>; rel=next", "?n=2&last=b"],
		[
			'<https://prod.example.com/v2/team/app/tags/list?last=b>;rel="next"',
			"?last=b",
		],
		[
			'</first>; rel="first", <?last=b> ; title="a, <b>" ; REL="prev next"',
			"?last=b",
		],
	])("is found in %s", (header, search) => {
		expect(nextPage(header, PAGE)?.href).toBe(
			`https://prod.example.com/v2/team/app/tags/list${search}`,
		);
	});

	test.each([
		undefined,
		"",
		"</a>; rel=prev",
		"</a>",
		'</a>; rel="first"; rel="next"',
	])("is not found in %s", (header) => {
		expect(nextPage(header, PAGE)).toBeUndefined();
	});

	test.each([
		"<https://evil.example.org/v2/>; rel=next",
		"<http://prod.example.com/v2/>; rel=next",
		"<//evil.example.org/>; rel=next",
		"<?n=2>; rel=next",
		"<https://[>; rel=next",
	])("is refused in %s", (header) => {
		expect(() => nextPage(header, PAGE)).toThrow(
			/^https:\/\/prod\.example\.com\/v2\/team\/app\/tags\/list names '.*' as its next page, expected another page of prod\.example\.com$/,
		);
	});
});

test.each(["next", "<a", "<a>; =b", "<a> <b>", "<a b>; rel=next"])(
	"%s is malformed",
	(header) => {
		expect(() => parseLinks(header)).toThrow(
			`malformed Link header '${header}' at character `,
		);
	},
);

const target = fc.stringMatching(/^[a-zA-Z0-9/?&=._~-]{0,20}$/);
const relation = fc.stringMatching(/^[a-z]{1,8}$/);

test("whatever a server may write is read back", () => {
	fc.assert(
		fc.property(
			fc.array(
				fc.record({ target, relations: fc.array(relation, { maxLength: 3 }) }),
			),
			(links) => {
				const header = links
					.map((link) => `<${link.target}>; rel="${link.relations.join(" ")}"`)
					.join(", ");
				expect(parseLinks(header)).toEqual(links);
			},
		),
	);
});

test("nothing makes it throw anything but its own error", () => {
	const pieces = fc.constantFrom(
		"<",
		">",
		";",
		",",
		"=",
		'"',
		"\\",
		"rel",
		"next",
		" ",
		"a",
		"/",
		"\n",
		"é",
		"http:",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 16 }), (parts) => {
			try {
				nextPage(parts.join(""), PAGE);
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
		{ numRuns: 5000 },
	);
});
