import { readFile } from "node:fs/promises";
import { stdin } from "node:process";
import { text as textOf } from "node:stream/consumers";
import type { z } from "zod";
import { InvalidInputError, type Problem, shown } from "./problem.ts";

/** What the configuration of one kind of job has to be. */
export interface ConfigKind<T> {
	readonly schema: z.ZodType<T>;
	/** Whose it is, for messages, e.g. `the promoter`. */
	readonly owner: string;
}

/**
 * Reads the configuration of a job, a JSON file; `-` is standard input, for what must not be on disk.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export async function loadConfig<T>(
	file: string,
	kind: ConfigKind<T>,
): Promise<T> {
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
		text = file === "-" ? await textOf(stdin) : await readFile(file, "utf8");
	} catch (error) {
		throw unusable((error as NodeJS.ErrnoException).code ?? String(error));
	}
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw unusable("no JSON");
	}
	return parseConfig(json, file, kind);
}

/**
 * Checks the configuration of a job. `file` is where it was read, for messages.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export function parseConfig<T>(
	json: unknown,
	file: string,
	{ schema, owner }: ConfigKind<T>,
): T {
	const result = schema.safeParse(json);
	if (result.success) return result.data;
	throw new InvalidInputError(
		result.error.issues.map((issue) => problemOf(issue, json, file, owner)),
	);
}

function problemOf(
	issue: z.core.$ZodIssue,
	json: unknown,
	file: string,
	owner: string,
): Problem {
	const path = issue.path.map(String).join(".");
	if (issue.code === "unrecognized_keys") {
		return {
			file,
			path,
			what: "unknown key",
			got: issue.keys.map(shown).join(", "),
			expected: `the keys of ${owner}'s configuration`,
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
