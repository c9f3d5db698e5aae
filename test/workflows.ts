import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A step of a job, as far as it is looked at. */
interface Step {
	readonly uses?: string;
	readonly run?: string;
	readonly with?: Readonly<Record<string, unknown>>;
}

/** A job, which either runs steps or calls a workflow. */
export interface Job {
	readonly permissions?: Readonly<Record<string, string>>;
	readonly "timeout-minutes"?: number;
	readonly environment?: string;
	readonly uses?: string;
	readonly steps?: readonly Step[];
}

/** A workflow of GitHub Actions. */
export interface Workflow {
	/** Relative to the project. */
	readonly file: string;
	readonly text: string;
	readonly on: Readonly<Record<string, unknown>>;
	readonly permissions?: unknown;
	readonly jobs: Readonly<Record<string, Job>>;
}

export const WORKFLOWS = ".github/workflows";

/** What the project runs, and what it shows to teams. */
export function loadWorkflows(): readonly Workflow[] {
	const files = readdirSync(WORKFLOWS).map((name) => join(WORKFLOWS, name));
	return [...files, "docs/ci-job.yml"].map((file) => {
		const text = readFileSync(file, "utf8");
		return { file, text, ...parse(text) };
	});
}
