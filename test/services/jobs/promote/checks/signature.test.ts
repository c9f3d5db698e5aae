import { expect, test } from "vitest";
import { checkSignature } from "../../../../../services/jobs/promote/checks/signature.ts";
import {
	attached,
	keyBundle,
	keyOf,
	legacySignature,
	OTHER_IMAGE,
	statementOf,
} from "../signatures/signed.ts";
import { demandsOf, factsOf } from "./check-harness.ts";

const ci = keyOf();
const release = keyOf();
const SIGNERS = [
	{ name: "ci", publicKey: ci.publicKey },
	{ name: "release", publicKey: release.publicKey },
];
const check = (
	signatures: Parameters<typeof attached>[0],
	signers: Parameters<typeof demandsOf>[1] = SIGNERS,
) =>
	checkSignature(
		factsOf({ signatures: attached(signatures) }),
		demandsOf({}, signers),
	);

test("a signature of one of the signers passes and tells whose it is", () => {
	expect(check({ bundles: [keyBundle(release.privateKey)] })).toEqual({
		passed: true,
		signer: "release",
	});
	expect(check({ legacy: [legacySignature(ci.privateKey)] })).toEqual({
		passed: true,
		signer: "ci",
	});
});

test("no signature passes when none is asked for", () => {
	expect(check({}, [])).toEqual({ passed: true });
});

test("an image without a signature does not pass", () => {
	expect(check({})).toEqual({
		passed: false,
		reason:
			"no signature; expected a signature of ci or release. Fix: sign the digest with cosign sign",
	});
});

test("the signature of another image does not pass", () => {
	const statement = statementOf(OTHER_IMAGE);
	expect(check({ bundles: [keyBundle(ci.privateKey, statement)] })).toEqual({
		passed: false,
		reason: `1 signature, not by ci, release: it is of ${OTHER_IMAGE}; expected a signature of ci or release. Fix: sign the digest with cosign sign`,
	});
});
