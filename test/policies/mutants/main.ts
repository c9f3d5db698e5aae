import { globSync } from "node:fs";
import { summary } from "../../smoke/checks.ts";
import { runMutants, type Tried } from "./run-mutants.ts";

/** Everything that decides: the rules, and how they read resources. */
const JUDGING = [
	"policies/secrets.ts",
	"policies/{rules,kubernetes,docker,registry}/*.ts",
];

const [only = ""] = process.argv.slice(2);
const files = JUDGING.flatMap((pattern) => globSync(pattern))
	.filter((file) => file.includes(only))
	.sort();
const tally = { passed: 0, failed: 0 };
for await (const mutant of runMutants(files)) {
	if (mutant.survived) {
		tally.failed += 1;
		console.log(describe(mutant));
	} else tally.passed += 1;
}
console.log(summary("mutants", tally));
process.exitCode = tally.failed === 0 ? 0 : 1;

/** `policies/rules/k-01….ts:22: negated condition survived: x === 1 → !(x === 1)` */
function describe({ file, line, operator, from, to }: Tried): string {
	return `${file}:${line}: ${operator} survived: ${from} → ${to || "nothing"}`;
}
