import type { Envelope } from "@sigstore/bundle";
import { z } from "zod";
import type { Digest } from "../../../oci/digest.ts";
import { printable } from "../../../oci/printable.ts";
import { STATEMENT_TYPE } from "./dsse.ts";
import { SIGN_PREDICATE } from "./signature-material.ts";
import { attestation, unusable, type Verdict } from "./verdict.ts";

const statement = z.looseObject({
	_type: z.enum([
		"https://in-toto.io/Statement/v1",
		"https://in-toto.io/Statement/v0.1",
	]),
	predicateType: z.string(),
	subject: z.array(z.looseObject({ digest: z.record(z.string(), z.string()) })),
});

/**
 * Why an envelope is no signature of the image, whoever signed it; undefined when it is one.
 *
 * `cosign verify` takes any statement about the image for a signature. But who states what is in an
 * image, or what a scanner found, does not say that it may be used.
 *
 * @throws when the payload is not JSON
 */
export function statementProblem(
	{ payload, payloadType }: Envelope,
	digest: Digest,
): Verdict | undefined {
	if (payloadType !== STATEMENT_TYPE) {
		return unusable(
			`its payload is ${printable(payloadType)}, expected ${STATEMENT_TYPE}`,
		);
	}
	const { success, data } = statement.safeParse(
		JSON.parse(payload.toString("utf8")),
	);
	if (!success) return unusable("what it signs is no in-toto statement");
	const { predicateType, subject } = data;
	if (predicateType !== SIGN_PREDICATE) {
		return attestation(predicateType);
	}
	const named = subject.map(({ digest }) => `sha256:${digest.sha256}`);
	if (named.includes(digest)) return undefined;
	return unusable(`it is of ${printable(named.join(", ") || "no image")}`);
}
