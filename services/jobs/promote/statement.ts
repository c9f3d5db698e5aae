import { z } from "zod";
import type { Digest } from "../../oci/digest.ts";

/** What an in-toto statement is about, https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export interface Statement {
	readonly predicateType: string;
	/** Digests of what it is said of. */
	readonly subjects: readonly Digest[];
}

const statement = z.looseObject({
	predicateType: z.string(),
	subject: z.array(
		z.looseObject({ digest: z.looseObject({ sha256: z.string().optional() }) }),
	),
});
const envelope = z.looseObject({ payload: z.base64() });
const bundle = z.looseObject({ dsseEnvelope: envelope });

/**
 * The statement in some bytes: by itself, in a DSSE envelope, or in one within a Sigstore bundle.
 * Nobody has vouched for it; undefined when there is none.
 */
export function statementIn(bytes: Uint8Array): Statement | undefined {
	const json = jsonOf(bytes);
	const inBundle = bundle.safeParse(json);
	const inEnvelope = envelope.safeParse(
		inBundle.success ? inBundle.data.dsseEnvelope : json,
	);
	const { success, data } = statement.safeParse(
		inEnvelope.success
			? jsonOf(Buffer.from(inEnvelope.data.payload, "base64"))
			: json,
	);
	if (!success) return undefined;
	return {
		predicateType: data.predicateType,
		subjects: data.subject.flatMap(({ digest: { sha256 } }): Digest[] =>
			sha256 === undefined ? [] : [`sha256:${sha256}`],
		),
	};
}

function jsonOf(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(Buffer.from(bytes).toString("utf8"));
	} catch {
		return undefined;
	}
}
