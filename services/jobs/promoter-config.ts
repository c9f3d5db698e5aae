import { readFile } from "node:fs/promises";
import { Cron } from "croner";
import { z } from "zod";
import type { PromoterConfig } from "../../topology/job-config.ts";
import type { NamingRule } from "../../topology/naming.ts";
import { InvalidInputError, type Problem, shown } from "./problem.ts";

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

const url = z.string().refine((text) => {
	const parsed = URL.parse(text);
	return (
		parsed !== null &&
		/^https?:$/.test(parsed.protocol) &&
		parsed.href === `${parsed.origin}/`
	);
}, "http:// or https://, a host and perhaps a port, nothing else");

const end = z.strictObject({
	url,
	username: z.string().regex(/^[^:\p{Cc}]+$/u, "a name without ':'"),
	passwordFile: z.string().min(1, "the path of a file"),
	naming,
});

const schema = z
	.strictObject({
		source: end,
		destination: end,
		repositories: z.array(pattern).exactOptional(),
		allowLatest: z.boolean().exactOptional(),
		artifactTypes: z.array(z.string()),
		schedule: z
			.string()
			.refine(comesDue, "a cron expression with five fields that comes due"),
		timeZone: z.string().refine(isTimeZone, "an IANA time zone"),
		manifests: z.string().min(1, "the path of a folder"),
		state: z.string().min(1, "the path of a folder"),
	})
	.refine(({ source, destination }) => source.url !== destination.url, {
		path: ["destination", "url"],
		message: "another registry than the source",
	}) satisfies z.ZodType<PromoterConfig>;

/**
 * Reads the configuration of the promoter.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export async function loadPromoterConfig(
	file: string,
): Promise<PromoterConfig> {
	const unusable = (got: string): InvalidInputError =>
		new InvalidInputError([
			{
				file,
				path: "",
				what: "cannot read the configuration",
				got,
				expected: "the JSON file that the stack renders",
				fix: "name it with --config",
			},
		]);
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (error) {
		throw unusable((error as NodeJS.ErrnoException).code ?? String(error));
	}
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw unusable("no JSON");
	}
	return parsePromoterConfig(json, file);
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
	const result = schema.safeParse(json);
	if (result.success) return result.data;
	throw new InvalidInputError(
		result.error.issues.map((issue) => problemOf(issue, json, file)),
	);
}

function problemOf(
	issue: z.core.$ZodIssue,
	json: unknown,
	file: string,
): Problem {
	const path = issue.path.map(String).join(".");
	if (issue.code === "unrecognized_keys") {
		return {
			file,
			path,
			what: "unknown key",
			got: issue.keys.map(shown).join(", "),
			expected: "the keys of the promoter's configuration",
			fix: "correct or remove it",
		};
	}
	const value = issue.path.reduce<unknown>(
		(at, key) =>
			typeof at === "object" && at !== null
				? Object.entries(at).find(([name]) => name === String(key))?.[1]
				: undefined,
		json,
	);
	return {
		file,
		path,
		what: "wrong value",
		got: shown(value),
		expected: issue.message.replace(/^Invalid input: expected /, ""),
		fix: "correct it",
	};
}

function comesDue(schedule: string): boolean {
	try {
		const cron = new Cron(schedule, { mode: "5-part", paused: true });
		return cron.nextRun() !== null;
	} catch {
		return false;
	}
}

function isTimeZone(name: string): boolean {
	try {
		return new Intl.DateTimeFormat("en", { timeZone: name }).format() !== "";
	} catch {
		return false;
	}
}
