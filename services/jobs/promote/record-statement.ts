import { z } from "zod";
import type { Digest } from "../../oci/digest.ts";
import type { CheckSummary } from "./report.ts";

/**
 * What a promotion record says it is. A name of our own: nobody else defines what was promoted by
 * whom, and why.
 */
export const PROMOTION_PREDICATE = "urn:registry-tiers:promotion:v1";

/** One tag that a record stands for, and who asked for it. */
export interface RecordedTag {
	readonly tag: string;
	/** Manifest or rule, and the place in it. */
	readonly file: string;
	readonly path: string;
	/** The tag of the source that a rule found. */
	readonly sourceTag?: string;
}

/** The promotion of one image under one or more tags. */
export interface PromotionRecord {
	readonly repository: string;
	readonly digest: Digest;
	readonly tags: readonly RecordedTag[];
	/** Host of the registry it came from. */
	readonly source: string;
	/** Host of the registry it went to. */
	readonly destination: string;
	/** The account that promoted. */
	readonly promotedBy: string;
	/** RFC 3339. */
	readonly promotedAt: string;
	/** Commit of the manifests. @default - they came from no checkout */
	readonly commit?: string;
	readonly checks: CheckSummary;
}

/**
 * The record as an in-toto statement about the image,
 * https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export function recordStatement({
	repository,
	digest,
	...predicate
}: PromotionRecord): object {
	return {
		_type: "https://in-toto.io/Statement/v1",
		subject: [
			{ name: repository, digest: { sha256: digest.replace("sha256:", "") } },
		],
		predicateType: PROMOTION_PREDICATE,
		predicate,
	};
}

const recorded = z.looseObject({
	subject: z
		.array(
			z.looseObject({
				name: z.string(),
				digest: z.looseObject({ sha256: z.string() }),
			}),
		)
		.length(1),
	predicateType: z.literal(PROMOTION_PREDICATE),
	predicate: z.looseObject({
		tags: z.array(z.looseObject({ tag: z.string() })),
	}),
});

/**
 * The tags that a statement records for an image of a repository; none when it is about something
 * else. Its signature is for the caller to check.
 */
export function recordedTags(
	statement: unknown,
	repository: string,
	digest: Digest,
): readonly string[] {
	const { data } = recorded.safeParse(statement);
	const subject = data?.subject[0];
	if (
		subject?.name !== repository ||
		`sha256:${subject.digest.sha256}` !== digest
	) {
		return [];
	}
	return data?.predicate.tags.map(({ tag }) => tag) ?? [];
}
