import type { PromotionSpec } from "../topology/estate.ts";
import { PROMOTER_JOB } from "../topology/names.ts";
import { UserError } from "./process.ts";
import type { StackLocation } from "./stack.ts";
import { readStackOutput } from "./stack-output.ts";

/** The half of a key pair: `private` to sign with, `public` to check signatures. */
export type KeyHalf = "private" | "public";

/**
 * A key of a running stack, in PEM: PKCS #8 without a password, or SubjectPublicKeyInfo.
 *
 * @param signer a signer of the configuration, or `promoter` for the key that signs promotion records
 * @throws {UserError} when the stack has no such key, or is not up
 */
export async function readSigningKey(
	location: StackLocation,
	{ signers }: Pick<PromotionSpec, "signers">,
	signer: string,
	half: KeyHalf,
): Promise<string> {
	const problem = missingKey(signers, signer, half);
	if (problem) throw new UserError(problem);
	const keys = await readStackOutput(
		location,
		half === "private" ? "signingKeys" : "publicKeys",
	);
	const key = keys[signer];
	if (key !== undefined) return key;
	throw new UserError(
		`the stack '${location.stack}' has no key of '${signer}' yet. Fix: npm run up`,
	);
}

/** Why a stack can have no such key, if it cannot. */
export function missingKey(
	signers: PromotionSpec["signers"],
	signer: string,
	half: KeyHalf,
): string | undefined {
	if (signer === PROMOTER_JOB) {
		return half === "public"
			? undefined
			: "the promoter's private key stays with the promoter: whoever has it can write promotion records. Fix: add --public";
	}
	const kind = Object.hasOwn(signers, signer)
		? signers[signer]?.kind
		: undefined;
	switch (kind) {
		case "estate-key":
			return undefined;
		case "public-key":
			return half === "public"
				? undefined
				: `'${signer}' signs with a key of its own, and the stack knows the public half alone. Fix: add --public`;
		case "keyless":
			return `'${signer}' signs without a key that anybody keeps; there is none to print`;
		case undefined:
			return `no signer, got ${signer}; expected one of: ${[...Object.keys(signers), PROMOTER_JOB].join(", ")}`;
	}
}
