import type { TestImage } from "../services/oci/images.ts";

/** An image at the source that is wanted at the destination. */
export interface Offer {
	readonly repository: string;
	readonly image: TestImage;
	readonly tags: readonly string[];
	/** Signatures and lists of referrers by their tag. @default - none */
	readonly along?: Readonly<Record<string, TestImage>>;
}

/** The promotion manifest that asks for the offers, as JSON, which is YAML. */
export function manifestOf(offers: readonly Offer[]): string {
	const byName = Map.groupBy(offers, ({ repository }) => repository);
	const images = [...byName].map(([name, wanted]) => ({
		name,
		dmap: Object.fromEntries(
			wanted.map(({ image, tags }) => [image.digest, tags]),
		),
	}));
	return JSON.stringify({ images });
}

/** The digests of a manifest, its own first, and of all it names. */
export function digestsOf({
	digest,
	blobs,
	children,
}: TestImage): readonly string[] {
	return [
		digest,
		...blobs.map((blob) => blob.digest),
		...children.flatMap(digestsOf),
	];
}
