import { describe, expect, test } from "vitest";
import {
	readStatement,
	signStatement,
} from "../../../../../services/jobs/promote/signatures/record-signature.ts";
import {
	publicKeyPem,
	signingKeyPem,
} from "../../../../../topology/estate-signing-key.ts";
import {
	IMAGE,
	keyBundle,
	keyOf,
	messageBundle,
	statementOf,
} from "./signed.ts";

const SEED = Buffer.alloc(32, 1).toString("base64");
const RECORD = statementOf(IMAGE, "https://registry-tiers.test/promotion/v1");

const json = (value: object) => Buffer.from(JSON.stringify(value));

test("what was signed is read back", () => {
	const bundle = signStatement(RECORD, signingKeyPem(SEED));
	expect(readStatement(bundle, publicKeyPem(SEED))).toEqual({
		statement: RECORD,
	});
});

test("a record is a Sigstore bundle that names the key as cosign does", () => {
	const bundle = JSON.parse(
		signStatement(RECORD, signingKeyPem(SEED)).toString(),
	);
	expect(bundle).toEqual({
		mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
		verificationMaterial: {
			publicKey: { hint: "eJQ1Z1KHrZ8tlEgTLCwjCsNxIkQxXNwUgVZWnwGh2J0=" },
		},
		dsseEnvelope: {
			payload: json(RECORD).toString("base64"),
			payloadType: "application/vnd.in-toto+json",
			signatures: [{ sig: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }],
		},
	});
});

describe("a record says nothing", () => {
	const key = keyOf();
	test.each([
		[
			"when another key signed it",
			signStatement(RECORD, signingKeyPem(SEED)),
			"it was made with another key",
		],
		[
			"when it signs something that is no statement",
			json(keyBundle(key.privateKey, RECORD, "text/plain")),
			"its payload is text/plain, expected application/vnd.in-toto+json",
		],
		[
			"when it signs bytes",
			json(messageBundle(key.privateKey)),
			"it signs bytes, not a statement",
		],
		[
			"when it is no bundle",
			Buffer.from("hello"),
			`it is malformed: Unexpected token 'h', "hello" is not valid JSON`,
		],
	])("%s", (_, bundle, problem) => {
		expect(readStatement(bundle, key.publicKey)).toEqual({ problem });
	});
});
