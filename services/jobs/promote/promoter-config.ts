import { z } from "zod";
import type { PromoterConfig } from "../../../topology/job-config.ts";
import type { NamingRule } from "../../../topology/naming.ts";
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

const schema = z
	.strictObject({
		source: end,
		destination: end,
		repositories: z.array(pattern).exactOptional(),
		allowLatest: z.boolean().exactOptional(),
		artifactTypes: z.array(z.string()),
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
