import { printable } from "../../../oci/printable.ts";

/** What became of one thing that is attached to an image as a signature. */
export type Verdict =
	| { readonly kind: "signed"; readonly signer: string }
	/** It says something else about the image, e.g. what is in it. */
	| { readonly kind: "attestation"; readonly predicateType: string }
	/** Why it does not count. */
	| { readonly kind: "unusable"; readonly reason: string };

export function unusable(reason: string): Verdict {
	return { kind: "unusable", reason };
}

export function attestation(predicateType: string): Verdict {
	return { kind: "attestation", predicateType };
}

/** Why something could not be verified, with the cause that the libraries hide behind their summary. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return printable(String(error));
	return printable(
		error.cause instanceof Error
			? `${error.message}: ${error.cause.message}`
			: error.message,
	);
}
