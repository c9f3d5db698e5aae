import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { stacksIn } from "../plan/describe.ts";
import { renderHtml } from "../plan/html.ts";
import { renderMarkdown } from "../plan/markdown.ts";
import { pageOf } from "../plan/page.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { findBase } from "../plan/revisions.ts";
import { UserError } from "../process.ts";
import { ROOT } from "../stack.ts";

export const PLAN_FORMATS = ["md", "html", "json"] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

export interface PlanOptions {
	/** @default - all that have a configuration in the checkout or in the base */
	readonly stack?: readonly string[];
	/** @default - where this checkout left the main branch */
	readonly base?: string;
	readonly format: PlanFormat;
	/** File to write to. @default - the terminal */
	readonly out?: string;
}

/** `npm run plan`: what this checkout changes, for a person; without an engine and without credentials. */
export async function plan(options: PlanOptions): Promise<number> {
	const { stack: wanted, format, out } = options;
	if (!PLAN_FORMATS.includes(format)) {
		throw new UserError(
			`--format: got '${format}'; expected one of ${PLAN_FORMATS.join(" | ")}`,
		);
	}
	const here = stacksIn(ROOT);
	const unknown = (wanted ?? []).filter((name) => !here.has(name));
	if (unknown.length > 0) {
		throw new UserError(
			`--stack: no configuration for ${unknown.join(" and ")}; expected one of ${[...here.keys()].join(" | ")}. Fix: write Pulumi.${unknown[0]}.yaml as Pulumi.dev.yaml is`,
		);
	}
	const base = await findBase(options.base);
	const made = await makePlan(base, (root) => {
		const all = stacksIn(root);
		if (!wanted) return all;
		return new Map([...all].filter(([name]) => wanted.includes(name)));
	});
	const written = await rendered(made, format);
	if (out === undefined) process.stdout.write(written);
	else writeFileSync(resolve(out), written);
	return made.fails ? 1 : 0;
}

async function rendered(made: Plan, format: PlanFormat): Promise<string> {
	switch (format) {
		case "json":
			return `${JSON.stringify(made, null, 2)}\n`;
		case "html":
			return renderHtml(pageOf(made));
		case "md":
			return renderMarkdown(pageOf(made));
	}
}
