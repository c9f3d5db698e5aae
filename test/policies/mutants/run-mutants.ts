import {
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Rule } from "../../../policies/rule.ts";
import { FIXTURES } from "../fixtures/all.ts";
import {
	type Expectation,
	expectationsOf,
	factsOf,
} from "../fixtures/fixture.ts";
import { type Mutant, mutantsOf } from "./operators.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const RULES = join(ROOT, "policies/rules.ts");

/** A mutant and the file it is of. */
export interface Tried extends Mutant {
	readonly file: string;
	readonly survived: boolean;
}

/**
 * Tries all mutants of some files of `policies/`, and tells each as soon as it is known.
 *
 * @param files paths from the root of the checkout
 */
export async function* runMutants(
	files: readonly string[],
): AsyncGenerator<Tried> {
	const folder = mkdtempSync(join(tmpdir(), "registry-tiers-mutants-"));
	symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
	const expectations = FIXTURES.flatMap(expectationsOf);
	let count = 0;
	try {
		for (const file of files) {
			for (const mutant of mutantsOf(file, readFileSync(file, "utf8"))) {
				count += 1;
				const rules = await load(join(folder, `${count}.mjs`), file, mutant);
				// No program any more: `a ?? b || c`.
				if (!rules) continue;
				yield { ...mutant, file, survived: survives(rules, expectations) };
			}
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** The rules as they are with the mutant; undefined where it is no program any more. */
async function load(
	out: string,
	file: string,
	{ source }: Mutant,
): Promise<readonly Rule[] | undefined> {
	// A rule's own file needs no other rule.
	const alone = file.includes("/rules/");
	const result = await build({
		entryPoints: [alone ? resolve(file) : RULES],
		bundle: true,
		write: false,
		format: "esm",
		platform: "node",
		packages: "external",
		logLevel: "silent",
		plugins: [
			{
				name: "mutant",
				setup: ({ onLoad }) =>
					onLoad({ filter: /\.ts$/ }, ({ path }) =>
						path === resolve(file)
							? { contents: source, loader: "ts" }
							: undefined,
					),
			},
		],
	}).catch(() => undefined);
	if (!result) return undefined;
	writeFileSync(out, result.outputFiles[0]?.contents ?? "");
	const module = (await import(out)) as Readonly<Record<string, unknown>>;
	return alone
		? (Object.values(module) as readonly Rule[])
		: (module.RULES as readonly Rule[]);
}

/** Whether no fixture notices. A rule that throws is noticed. */
function survives(
	rules: readonly Rule[],
	expectations: readonly Expectation[],
): boolean {
	const byId = new Map(rules.map((rule) => [rule.id, rule]));
	try {
		return expectations.every(({ rule, resources, facts }) => {
			const mutated = byId.get(rule);
			if (!mutated) return true;
			const found = factsOf(mutated, resources);
			return found.join("\n") === facts.join("\n");
		});
	} catch {
		return false;
	}
}
