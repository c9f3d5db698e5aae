import type { Digest } from "../../oci/digest.ts";
import { PROMOTION_PREDICATE } from "./record-statement.ts";
import type { Place } from "./signatures/attached-content.ts";
import { loadBundles } from "./signatures/load-bundles.ts";
import {
	type ReadStatement,
	readStatement,
} from "./signatures/record-signature.ts";

/**
 * The statements attached to an image that a key has signed as records of promotion. Whether they are
 * about the image, `recordedTags` tells.
 *
 * @param publicKey SubjectPublicKeyInfo in PEM
 * @throws what the requests throw.
 */
export async function signedRecords(
	place: Place,
	image: Digest,
	publicKey: string,
): Promise<
	readonly Extract<ReadStatement, { statement: unknown }>["statement"][]
> {
	const { found } = await loadBundles(place, image, PROMOTION_PREDICATE);
	return found.flatMap((bundle) => {
		if (!("bytes" in bundle)) return [];
		const read = readStatement(bundle.bytes, publicKey);
		return "statement" in read ? [read.statement] : [];
	});
}
