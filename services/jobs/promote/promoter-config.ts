import { z } from "zod";
import type { PromoterConfig } from "../../../topology/job-config.ts";
import type { NamingRule } from "../../../topology/naming.ts";
import {
	type LoweredChecks,
	PROMOTION_CHECKS,
	type PromotionPolicy,
	type Signer,
} from "../../../topology/promotion-policy.ts";
import { endpoint, folder, timetable } from "../config-fields.ts";
import { loadConfig, parseConfig } from "../config-file.ts";

const pattern = z.string().refine((text) => {
	try {
		return new RegExp(text) instanceof RegExp;
	} catch {
		return false;
	}
}, "a regular expression");

const naming = z.strictObject({
	names: z.array(pattern).min(1, "at least one pattern"),
	tags: z.array(pattern).min(1, "at least one pattern"),
	fallbackTags: z.boolean(),
	nameHelp: z.string(),
	tagHelp: z.string(),
}) satisfies z.ZodType<NamingRule>;

const end = z.strictObject({ ...endpoint, naming });

const whole = z.int().min(1, "a whole number, 1 or more");

const policy = z.strictObject({
	labels: z.array(z.string()),
	platforms: z.array(z.string()),
	maxLayerMiB: whole,
	maxImageMiB: whole,
	sbom: z.boolean(),
}) satisfies z.ZodType<PromotionPolicy>;

const signer = z.union([
	z.strictObject({ name: z.string(), publicKey: z.string() }),
	z.strictObject({
		name: z.string(),
		issuer: z.string(),
		subject: pattern,
		trustRoot: z.string(),
	}),
]) satisfies z.ZodType<Signer>;

const lowered = z.strictObject({
	repositories: z.array(pattern).min(1, "at least one pattern"),
	checks: z.array(z.enum(PROMOTION_CHECKS)).min(1, "at least one check"),
	owner: z.string(),
	reason: z.string(),
}) satisfies z.ZodType<LoweredChecks>;

const schema = z
	.strictObject({
		source: end,
		destination: end,
		repositories: z.array(pattern).exactOptional(),
		allowLatest: z.boolean().exactOptional(),
		artifactTypes: z.array(z.string()),
		policy: policy.exactOptional(),
		signers: z.array(signer).exactOptional(),
		lowered: z.array(lowered).exactOptional(),
		recordKeyFile: z.string().min(1, "the path of a file").exactOptional(),
		fullCheckEvery: whole.exactOptional(),
		...timetable,
		manifests: folder,
		state: folder,
	})
	.refine(({ source, destination }) => source.url !== destination.url, {
		path: ["destination", "url"],
		message: "another registry than the source",
	}) satisfies z.ZodType<PromoterConfig>;

const PROMOTER = { schema, owner: "the promoter" };

/**
 * Reads the configuration of the promoter.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export function loadPromoterConfig(file: string): Promise<PromoterConfig> {
	return loadConfig(file, PROMOTER);
}

/**
 * Checks the configuration of the promoter.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export function parsePromoterConfig(
	json: unknown,
	file: string,
): PromoterConfig {
	return parseConfig(json, file, PROMOTER);
}
