import { z } from "zod";
import type { KeySigner } from "../../../../topology/promotion-policy.ts";
import type { Digest } from "../../../oci/digest.ts";
import { printable } from "../../../oci/printable.ts";
import { keySignerOf } from "./key-signature.ts";
import type { LegacySignature } from "./signature-material.ts";
import { unusable, type Verdict } from "./verdict.ts";

const SIGNATURE = "dev.cosignproject.cosign/signature";
const CERTIFICATE = "dev.sigstore.cosign/certificate";

// https://github.com/containers/image/blob/main/docs/containers-signature.5.md with cosign's own type.
const payloadSchema = z.looseObject({
	critical: z.looseObject({
		type: z.literal("cosign container image signature"),
		image: z.looseObject({ "docker-manifest-digest": z.string() }),
	}),
});

/**
 * Judges a signature in cosign's form before version 3. The name of the image in its payload does not
 * matter, as for cosign: the same bytes may have many names.
 *
 * @throws when the payload is not JSON
 */
export function judgeLegacy(
	digest: Digest,
	{ payload, annotations }: LegacySignature,
	signers: readonly KeySigner[],
): Verdict {
	const { success, data } = payloadSchema.safeParse(
		JSON.parse(payload.toString("utf8")),
	);
	if (!success) return unusable("its payload is not that of an image");
	const named = data.critical.image["docker-manifest-digest"];
	if (named !== digest) return unusable(`it is of ${printable(named)}`);
	const signature = annotations[SIGNATURE];
	if (signature === undefined) return unusable("it has no signature");
	const signer = keySignerOf(
		payload,
		Buffer.from(signature, "base64"),
		signers,
	);
	if (signer !== undefined) return { kind: "signed", signer };
	return unusable(
		CERTIFICATE in annotations
			? "it was made with a certificate, which counts in a bundle only"
			: "it was made with another key",
	);
}
