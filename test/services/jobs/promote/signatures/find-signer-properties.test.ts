import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { findSigner } from "../../../../../services/jobs/promote/signatures/find-signer.ts";
import { readStatement } from "../../../../../services/jobs/promote/signatures/record-signature.ts";
import {
	attached,
	IMAGE,
	keyBundle,
	keyOf,
	legacySignature,
	MANIFEST,
	messageBundle,
	statementOf,
} from "./signed.ts";
import { ISSUER, SUBJECT, sigstore } from "./sigstore.ts";

const fulcio = await sigstore();
const ci = keyOf();
const stranger = keyOf();
const SIGNERS = [
	{ name: "ci", publicKey: ci.publicKey },
	{
		name: "github",
		issuer: ISSUER,
		subject: SUBJECT.replaceAll(".", "\\."),
		trustRoot: JSON.stringify(fulcio.trust),
	},
];

/** A JSON document with one of its values, anywhere, replaced by any other. */
function damaged(document: unknown): fc.Arbitrary<unknown> {
	return fc
		.tuple(fc.constantFrom(...placesIn(document)), anything)
		.map(([place, value]) => replaced(document, place, value));
}

const anything = fc.oneof(
	fc.jsonValue(),
	fc.base64String({ maxLength: 40 }),
	fc.constantFrom(null, "", 0, -1, [], {}, "__proto__", 1e300, "\u0000"),
);

type Place = readonly string[];

function placesIn(value: unknown, place: Place = []): readonly Place[] {
	if (typeof value !== "object" || value === null) return [place];
	return [
		place,
		...Object.entries(value).flatMap(([key, child]) =>
			placesIn(child, [...place, key]),
		),
	];
}

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
	if (key === undefined) return by;
	const copy: Record<string, unknown> = Object.assign(
		Array.isArray(value) ? [] : {},
		value,
	);
	copy[key] = replaced(copy[key], rest, by);
	return copy;
}

// Thousands of signatures are verified, which takes its time beside other work.
vi.setConfig({ testTimeout: 60_000 });

const ONE_LINE = /^[^\p{Cc}]+$/u;

function expectProblem(material: Parameters<typeof attached>[0]): void {
	const found = findSigner(
		IMAGE,
		attached({ manifest: MANIFEST, ...material }),
		SIGNERS,
	);
	expect("problem" in found && found.problem).toMatch(ONE_LINE);
}

test("no bytes make it throw or are a signature", () => {
	fc.assert(
		fc.property(
			fc.array(
				fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b)),
				{
					minLength: 1,
					maxLength: 3,
				},
			),
			fc.dictionary(fc.string(), fc.string()),
			(bytes, annotations) => {
				expectProblem({
					bundles: bytes,
					legacy: bytes.map((payload) => ({ payload, annotations })),
				});
			},
		),
	);
});

test("no JSON makes it throw or is a signature", () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			const payload = Buffer.from(JSON.stringify(value));
			const annotations = { "dev.cosignproject.cosign/signature": "aGVsbG8=" };
			expectProblem({ bundles: [value], legacy: [{ payload, annotations }] });
		}),
	);
});

const strangers = await Promise.all([
	keyBundle(stranger.privateKey),
	messageBundle(stranger.privateKey),
	fulcio.sign(statementOf(), { issuer: "https://evil.test" }),
	fulcio.sign(statementOf(), {
		issuer: "https://evil.test",
		time: "authority",
	}),
]);

test("no damage makes a stranger's bundle a signature", () => {
	fc.assert(
		fc.property(
			fc.oneof(...strangers.map((bundle) => damaged(bundle))),
			(bundle) => expectProblem({ bundles: [bundle] }),
		),
		{ numRuns: 200 },
	);
});

test("no damage to a payload of ours makes it a signature of another image", () => {
	const { payload, annotations } = legacySignature(ci.privateKey);
	fc.assert(
		fc.property(damaged(JSON.parse(payload.toString())), (value) => {
			const bytes = Buffer.from(JSON.stringify(value));
			fc.pre(!bytes.equals(payload));
			expectProblem({ legacy: [{ payload: bytes, annotations }] });
		}),
	);
});

test("no damage makes reading a record throw or vouch for something else", () => {
	const statement = statementOf();
	const bundle = keyBundle(ci.privateKey, statement);
	fc.assert(
		fc.property(damaged(bundle), (value) => {
			const read = readStatement(
				Buffer.from(JSON.stringify(value)),
				ci.publicKey,
			);
			if ("statement" in read) expect(read.statement).toEqual(statement);
			else expect(read.problem).toMatch(ONE_LINE);
		}),
		{ numRuns: 200 },
	);
});
