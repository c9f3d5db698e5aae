import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseChallenges } from "../../../services/oci/challenge.ts";
import { ProtocolError } from "../../../services/oci/errors.ts";

/** As plain data: the scheme and its parameters. */
function parsed(header: string): [string, Record<string, string>][] {
	return parseChallenges(header).map(({ scheme, parameters }) => [
		scheme,
		Object.fromEntries(parameters),
	]);
}

test.each<[string, [string, Record<string, string>][]]>([
	[
		'Bearer realm="https://auth.example.com/token",service="prod",scope="repository:a/b:pull,push"',
		[
			[
				"bearer",
				{
					realm: "https://auth.example.com/token",
					service: "prod",
					scope: "repository:a/b:pull,push",
				},
			],
		],
	],
	[
		'Basic realm="registry", charset=UTF-8',
		[["basic", { realm: "registry", charset: "UTF-8" }]],
	],
	[
		'Bearer realm="a", error="insufficient_scope", Basic realm="b"',
		[
			["bearer", { realm: "a", error: "insufficient_scope" }],
			["basic", { realm: "b" }],
		],
	],
	['BEARER Realm = "a"', [["bearer", { realm: "a" }]]],
	[
		String.raw`Digest realm="say \"hi\", \\o/"`,
		[["digest", { realm: String.raw`say "hi", \o/` }]],
	],
	["Negotiate", [["negotiate", {}]]],
	[
		"Negotiate YIIabc==, Basic realm=x",
		[
			["negotiate", {}],
			["basic", { realm: "x" }],
		],
	],
	[
		"Negotiate, Basic realm=x",
		[
			["negotiate", {}],
			["basic", { realm: "x" }],
		],
	],
	[", Basic realm=x ,, ", [["basic", { realm: "x" }]]],
	// By the grammar, this is a token68 and no parameter.
	["Bearer realm=", [["bearer", {}]]],
	["", []],
])("%s", (header, challenges) => {
	expect(parsed(header)).toEqual(challenges);
});

describe("what is no challenge is an error that says where", () => {
	test.each([
		['Bearer realm="a', "a value at character 14"],
		['Bearer realm="a" service="b"', "a comma at character 17"],
		['Bearer realm="a",realm="b"', "one 'realm' only"],
		["=", "a scheme or a parameter at character 1"],
		['realm="a"', "a comma at character 6"],
	])("%s", (header, expected) => {
		expect(() => parseChallenges(header)).toThrow(
			`malformed WWW-Authenticate header '${header}': expected ${expected}`,
		);
	});
});

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const quotedText = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
const challenges = fc.array(
	fc.record({
		scheme: token.map((text) => text.toLowerCase()),
		parameters: fc.uniqueArray(
			fc.tuple(
				token.map((text) => text.toLowerCase()),
				quotedText,
			),
			{ selector: ([name]) => name, maxLength: 4 },
		),
	}),
	{ maxLength: 4 },
);

test("whatever a server may write is read back", () => {
	fc.assert(
		fc.property(challenges, (list) => {
			const header = list
				.map(({ scheme, parameters }) => {
					const pairs = parameters.map(
						([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`,
					);
					return `${scheme} ${pairs.join(", ")}`.trim();
				})
				.join(", ");
			expect(parsed(header)).toEqual(
				list.map(({ scheme, parameters }) => [
					scheme,
					Object.fromEntries(parameters),
				]),
			);
		}),
	);
});

test("nothing makes it throw anything but its own error", () => {
	const pieces = fc.constantFrom(
		"Bearer",
		"Basic",
		" ",
		",",
		"=",
		'"',
		"\\",
		"realm",
		"a",
		"==",
		"\t",
		"\n",
		"é",
		"/",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 16 }), (parts) => {
			try {
				parseChallenges(parts.join(""));
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
		{ numRuns: 5000 },
	);
});
