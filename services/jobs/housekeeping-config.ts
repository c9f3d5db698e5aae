import { z } from "zod";
import type { HousekeepingConfig } from "../../topology/housekeeping-config.ts";
import { endpoint, folder, timetable, url } from "./config-fields.ts";
import { loadConfig, parseConfig } from "./config-file.ts";

const sweptRegistry = z.strictObject({
	// It names the ledger's file.
	name: z
		.string()
		.regex(
			/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
			"lower-case letters, digits and '-', at most 63",
		),
	...endpoint,
	retention: z.strictObject({
		days: z.int().min(1, "a whole number of days, at least 1"),
		keep: z.int().min(0, "a whole number of tags, at least 0"),
	}),
});

const registries = z.array(sweptRegistry).superRefine((all, context) => {
	all.forEach(({ name }, i) => {
		if (all.findIndex((other) => other.name === name) === i) return;
		context.addIssue({
			code: "custom",
			path: [i, "name"],
			message: "each registry once",
		});
	});
});

const schema = z.strictObject({
	cleanup: z.strictObject({ ...timetable, registries }),
	mirror: z
		.strictObject({
			...timetable,
			lists: folder,
			destination: z.strictObject(endpoint),
			upstreams: z.record(z.string(), url),
		})
		.exactOptional(),
	state: folder,
}) satisfies z.ZodType<HousekeepingConfig>;

const HOUSEKEEPING = { schema, owner: "housekeeping" };

/**
 * Reads the configuration of the housekeeping jobs.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export function loadHousekeepingConfig(
	file: string,
): Promise<HousekeepingConfig> {
	return loadConfig(file, HOUSEKEEPING);
}

/**
 * Checks the configuration of the housekeeping jobs.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export function parseHousekeepingConfig(
	json: unknown,
	file: string,
): HousekeepingConfig {
	return parseConfig(json, file, HOUSEKEEPING);
}
