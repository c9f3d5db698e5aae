import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { Finding } from "../../toolchain/plan/findings.ts";
import { renderMarkdown } from "../../toolchain/plan/markdown.ts";
import { pageOf } from "../../toolchain/plan/page.ts";
import type { Plan } from "../../toolchain/plan/plan.ts";
import { withCheckout } from "../../toolchain/plan/revisions.ts";
import { runCaptured } from "../../toolchain/process.ts";
import { summary } from "../smoke/checks.ts";
import { CANARY, type Edit, REVIEW_CASES, type ReviewCase } from "./cases.ts";

/** What a person sees before scrolling. */
const FIRST_SCREEN_LINES = 20;

const { only } = new Command("npm run review-cases --")
	.description(
		"Makes prepared bad changes to the last commit and looks whether the plan names each in its first screen.",
	)
	.option("--only <words>", "cases with these words in their name")
	.parse()
	.opts<{ only?: string }>();

// A finding that is there anyway would prove nothing.
const unchanged = await withCheckout("HEAD", async (root) => ({
	dev: await planAsJson(root, "dev"),
	k8s: await planAsJson(root, "k8s"),
}));
const tally = { passed: 0, failed: 0 };
for (const one of REVIEW_CASES) {
	if (only !== undefined && !one.name.includes(only)) continue;
	const problem = await withCheckout("HEAD", (root) => judge(root, one));
	tally[problem === undefined ? "passed" : "failed"] += 1;
	console.log(
		problem === undefined
			? `ok    ${one.name}`
			: `FAIL  ${one.name}\n${problem}`,
	);
}
console.log(summary("review-cases", tally));
process.exitCode = tally.failed > 0 ? 1 : 0;

/** Why the plan of a case is not as it should be; undefined when it is. */
async function judge(
	root: string,
	{ stack, edits, says }: ReviewCase,
): Promise<string | undefined> {
	for (const edit of edits) apply(root, edit);
	const json = await planAsJson(root, stack);
	if (!json.startsWith("{")) return `no plan: ${json.slice(-2_000)}`;
	const plan: Plan = JSON.parse(json);
	const markdown = renderMarkdown(pageOf(plan));
	const findings = gravesOf(plan);
	if (gravesOf(JSON.parse(unchanged[stack])).some((f) => says.test(f.text))) {
		return "  the plan says so without the change";
	}
	const found = findings.find(({ text }) => says.test(text));
	if (!found) {
		return `  expected a finding like ${says}; got:\n${findings.map(({ text }) => `  - ${text}`).join("\n")}`;
	}
	const screen = markdown.split("\n").slice(0, FIRST_SCREEN_LINES).join("\n");
	if (!letters(screen).includes(letters(found.text))) {
		return `  it is not in the first ${FIRST_SCREEN_LINES} lines: ${found.text}`;
	}
	return `${json}${markdown}`.includes(CANARY)
		? "  the plan shows the secret"
		: undefined;
}

function gravesOf({ stacks }: Plan): readonly Finding[] {
	return stacks.flatMap(({ findings }) =>
		findings.filter(({ level }) => level !== "look"),
	);
}

// Whatever means something in Markdown is written as a number there.
function letters(text: string): string {
	return text.replace(/&#\d+;/g, "").replace(/[^A-Za-z0-9]/g, "");
}

function apply(root: string, { file, from, to }: Edit): void {
	const path = join(root, file);
	const before = readFileSync(path, "utf8");
	if (before.split(from).length !== 2) {
		throw new Error(`${file} does not have once: ${from}`);
	}
	writeFileSync(
		path,
		before.replace(from, () => to),
	);
}

async function planAsJson(root: string, stack: string): Promise<string> {
	const main = join(root, "toolchain/main.ts");
	const { stdout, stderr } = await runCaptured(
		process.execPath,
		[main, "plan", "--stack", stack, "--base", "HEAD", "--format", "json"],
		{ cwd: root },
	);
	return stdout === "" ? stderr : stdout;
}
