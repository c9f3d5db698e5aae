import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	formatReference,
	InvalidReferenceError,
	parseReference,
	type Reference,
} from "../../../services/oci/reference.ts";

const DIGEST = `sha256:${"0a".repeat(32)}` as const;

test.each<[string, Reference]>([
	["host/app", { registry: "host", repository: "app" }],
	[
		"host:5000/team/app:1.0",
		{ registry: "host:5000", repository: "team/app", tag: "1.0" },
	],
	[
		`ghcr.io/a/b@${DIGEST}`,
		{ registry: "ghcr.io", repository: "a/b", digest: DIGEST },
	],
	[
		`[::1]:5000/a:1@${DIGEST}`,
		{ registry: "[::1]:5000", repository: "a", tag: "1", digest: DIGEST },
	],
	["GHCR.io/a", { registry: "ghcr.io", repository: "a" }],
])("%s is taken apart", (text, reference) => {
	expect(parseReference(text)).toEqual(reference);
});

describe("the message says which part is wrong and what it should be", () => {
	test.each([
		[
			"nginx",
			"'nginx' is not an image reference: no registry in 'nginx', expected host[:port]/name",
		],
		[
			"host:0/a",
			"'host:0/a' is not an image reference: registry 'host:0', expected a host name with an optional port",
		],
		[
			"host:70000/a",
			"'host:70000/a' is not an image reference: registry 'host:70000', expected a host name with an optional port",
		],
		[
			"-host/a",
			"'-host/a' is not an image reference: registry '-host', expected a host name with an optional port",
		],
		[
			"host/App",
			"'host/App' is not an image reference: repository 'App', expected lower-case path components",
		],
		[
			"host/a//b",
			"'host/a//b' is not an image reference: repository 'a//b', expected lower-case path components",
		],
		[
			"host/a/",
			"'host/a/' is not an image reference: repository 'a/', expected lower-case path components",
		],
		[
			"host/a:",
			"'host/a:' is not an image reference: tag '', expected 1 to 128 of letters, digits, '_', '.', '-'",
		],
		[
			"host/a:1:2",
			"'host/a:1:2' is not an image reference: tag '1:2', expected 1 to 128 of letters, digits, '_', '.', '-'",
		],
		[
			"host/a@sha256:12",
			"'host/a@sha256:12' is not an image reference: digest 'sha256:12', expected sha256: and 64 lower-case hex digits",
		],
		[
			"host/a@",
			"'host/a@' is not an image reference: digest '', expected sha256: and 64 lower-case hex digits",
		],
		[
			`host/a@${DIGEST}@${DIGEST}`,
			`'host/a@${DIGEST}@${DIGEST}' is not an image reference: more than one '@' in 'host/a@${DIGEST}@${DIGEST}', expected one digest`,
		],
		[
			"host/a\u001b[31m",
			"'host/a\\u001b[31m' is not an image reference: repository 'a\\u001b[31m', expected lower-case path components",
		],
	])("%s", (text, message) => {
		expect(() => parseReference(text)).toThrow(
			new InvalidReferenceError(message),
		);
	});
});

test("a registry and repository of 255 characters are the most", () => {
	const name = `host/${"a".repeat(250)}`;
	expect(parseReference(name).repository).toHaveLength(250);
	expect(() => parseReference(`${name}a`)).toThrow(
		"expected at most 255 characters",
	);
});

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const references: fc.Arbitrary<Reference> = fc
	.record(
		{
			registry: fc
				.tuple(
					fc.domain(),
					fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
				)
				.map(([host, port]) => (port === undefined ? host : `${host}:${port}`)),
			repository: fc.stringMatching(
				/^[a-z0-9]{1,9}(?:[._-][a-z0-9]{1,9}){0,2}(?:\/[a-z0-9]{1,9}){0,3}$/,
			),
			tag: fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/),
			digest: hex.map((digits) => `sha256:${digits}` as const),
		},
		{ requiredKeys: ["registry", "repository"] },
	)
	.filter(
		({ registry, repository }) => registry.length + repository.length < 255,
	);

test("whatever is formatted parses to the same reference", () => {
	fc.assert(
		fc.property(references, (reference) => {
			expect(parseReference(formatReference(reference))).toEqual(reference);
		}),
	);
});

test("whatever parses is formatted the same, but for upper case in the host", () => {
	const pieces = fc.constantFrom(
		"a",
		"A",
		"host",
		":",
		"/",
		"@",
		".",
		"-",
		"_",
		"5000",
		DIGEST,
		"[",
		"]",
		"::1",
		" ",
		"é",
		"%2f",
		"\n",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
			const text = parts.join("");
			try {
				const [host = "", ...rest] = text.split("/");
				expect(formatReference(parseReference(text))).toBe(
					[host.toLowerCase(), ...rest].join("/"),
				);
			} catch (error) {
				expect(error).toBeInstanceOf(InvalidReferenceError);
			}
		}),
		{ numRuns: 2000 },
	);
});
