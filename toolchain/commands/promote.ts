import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Estate, registryNamed } from "../../topology/estate.ts";
import {
	type PromoterConfig,
	promoterConfig,
} from "../../topology/job-config.ts";
import { jobServer, runJob, runJobIn } from "../job-server.ts";
import { runByHand } from "../kubernetes/run-by-hand.ts";
import type { StackOptions } from "../main.ts";
import {
	manifestArchive,
	manifestFiles,
	withUnpacked,
} from "../manifest-folder.ts";
import { runAttached, UserError } from "../process.ts";
import { ROOT } from "../stack.ts";
import { describeStack } from "./prepare.ts";

export interface PromoteOptions extends StackOptions {
	/** Plans from the checkout alone. @default false */
	readonly offline?: boolean;
	/** Folder with promotion manifests on this machine. @default - those that `up` brought to the promoter */
	readonly manifests?: string;
}

/**
 * `npm run promote`: the job in its container, with manifests of this machine if some are named; or,
 * offline, its plan on this machine.
 */
export async function promote(
	options: PromoteOptions,
	args: readonly string[],
): Promise<number> {
	const { stack, offline, manifests } = options;
	const { estate } = describeStack(options);
	if (!offline && estate.platform === "kubernetes") {
		const files =
			manifests === undefined ? undefined : manifestFiles(manifests);
		return runByHand(estate, "promote", args, files);
	}
	if (!offline) {
		return manifests === undefined
			? runJob(stack, "promote", args)
			: runWith(manifests, stack, args);
	}
	const [verb, ...rest] = args;
	if (verb !== "plan") {
		throw new UserError(
			`--offline: nothing but a plan is made without registries, got ${verb}; expected plan. Fix: npm run promote -- plan --offline`,
		);
	}
	return planOffline(estate, [
		...(manifests === undefined ? [] : ["--manifests", manifests]),
		...rest,
	]);
}

async function runWith(
	manifests: string,
	stack: string,
	args: readonly string[],
): Promise<number> {
	const archive = await manifestArchive(manifests);
	const promoter = await jobServer(stack, "promote");
	return withUnpacked(promoter, archive, (folder) =>
		runJobIn(promoter, "promote", [...args, "--manifests", folder]),
	);
}

// The job itself does it, as it does in its container: no other program decides what is promoted.
async function planOffline(
	estate: Estate,
	args: readonly string[],
): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), "promote-"));
	try {
		const config = join(folder, "promoter.json");
		writeFileSync(config, JSON.stringify(offlineConfig(estate)));
		return await runAttached(
			process.execPath,
			[JOBS, "promote", "plan", "--offline", "--config", config, ...args],
			{ cwd: ROOT },
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const JOBS = join(ROOT, "services/jobs/main.ts");

/** The promoter's configuration without what a plan does not look at: passwords, keys and state. */
export function offlineConfig(estate: Estate): PromoterConfig {
	const { from, to, manifests } = estate.promotion;
	const urlOf = (name: string) => `http://${registryNamed(estate, name).host}`;
	const nowhere = "-";
	return promoterConfig(
		estate,
		{
			sourceUrl: urlOf(from),
			destinationUrl: urlOf(to),
			readPasswordFile: nowhere,
			writePasswordFile: nowhere,
			recordKeyFile: nowhere,
			manifests: join(ROOT, manifests),
			state: nowhere,
		},
		[],
	);
}
