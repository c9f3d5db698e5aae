import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PromotionReport } from "../services/jobs/promote/report.ts";
import { bundleServices } from "../stacks/services-image.ts";
import {
	PROMOTED_ARTIFACT_TYPES,
	type PromoterConfig,
} from "../topology/job-config.ts";
import { namingRule } from "../topology/naming.ts";
import type { BenchImage } from "./image-set.ts";
import { costOf, type ProcessCost } from "./process-cost.ts";

/** Registries as `address:port`. */
export interface Ends {
	readonly source: string;
	readonly destination: string;
}

/** The promoter as its container runs it: one file, in a process of its own for each run. */
export class BenchPromoter {
	readonly #folder: string;
	readonly #jobs: string;

	/** Bundles the jobs into a folder, which also takes the files of the runs. */
	constructor(folder: string) {
		this.#folder = folder;
		bundleServices(folder);
		this.#jobs = join(folder, "jobs.mjs");
	}

	/**
	 * Writes what a run reads, and gives its command line up to the flags.
	 *
	 * Neither end asks for a password, so neither file is ever sent anywhere. Without `more` no checks
	 * are asked for and no records written: that is what the others do.
	 */
	prepare(
		name: string,
		images: readonly BenchImage[],
		{ source, destination }: Ends,
		more: Partial<PromoterConfig> = {},
	): (action: "run" | "plan", ...flags: string[]) => readonly string[] {
		const folder = join(this.#folder, name);
		const manifests = join(folder, "manifests");
		mkdirSync(manifests, { recursive: true });
		writeFileSync(join(manifests, "promotions.yaml"), manifestOf(images));
		const passwordFile = join(folder, "password");
		writeFileSync(passwordFile, "none");
		const account = { username: "nobody", passwordFile };
		const config: PromoterConfig = {
			source: {
				...account,
				url: `http://${source}`,
				naming: namingRule("ci-snapshots", true),
			},
			destination: {
				...account,
				url: `http://${destination}`,
				naming: namingRule("prod", true),
			},
			artifactTypes: PROMOTED_ARTIFACT_TYPES,
			schedule: "*/5 * * * *",
			timeZone: "UTC",
			manifests,
			state: join(folder, "state"),
			...more,
		};
		const file = join(folder, "promoter.json");
		writeFileSync(file, JSON.stringify(config));
		return (action, ...flags) => [
			process.execPath,
			this.#jobs,
			"promote",
			action,
			"--config",
			file,
			...flags,
		];
	}
}

/** Runs the promoter, and fails unless all images were dealt with in the way that is expected. */
export async function promotion(
	command: readonly string[],
	outcome: "promoted" | "present",
	images: readonly BenchImage[],
): Promise<ProcessCost> {
	const { stdout, ...cost } = await costOf([...command, "--json"]);
	const { counts }: PromotionReport = JSON.parse(stdout);
	if (counts[outcome] !== images.length) {
		throw new Error(
			`expected ${images.length} ${outcome}, got ${JSON.stringify(counts)}`,
		);
	}
	return cost;
}

function manifestOf(images: readonly BenchImage[]): string {
	const byName = Map.groupBy(images, ({ repository }) => repository);
	const entries = [...byName].map(([name, ofName]) => {
		const lines = ofName.map(
			({ manifest, tag }) => `      "${manifest.digest}": ["${tag}"]\n`,
		);
		return `  - name: ${name}\n    dmap:\n${lines.join("")}`;
	});
	return `images:\n${entries.join("")}`;
}
