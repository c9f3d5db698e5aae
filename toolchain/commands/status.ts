import type { Estate } from "../../topology/estate.ts";
import { ensureEngine } from "../docker-engine.ts";
import { readJobNotes } from "../job-notes.ts";
import { jobTable, wentWell } from "../job-table.ts";
import { clusterJobNotes } from "../kubernetes/job-notes.ts";
import { onCluster } from "../kubernetes/stack-cluster.ts";
import { clusterTierStatuses } from "../kubernetes/tier-status.ts";
import type { StackOptions } from "../main.ts";
import { UserError } from "../process.ts";
import { statusTable } from "../status-table.ts";
import { tierStatuses } from "../tier-status.ts";
import { describeStack } from "./prepare.ts";

/**
 * `npm run status`: each tier's health, version and fill, and the last runs of the jobs.
 *
 * @returns 1 when something is not well
 */
export async function status(
	options: StackOptions & { readonly json?: boolean },
): Promise<number> {
	const { estate } = describeStack(options);
	const [tiers, jobs] =
		estate.platform === "kubernetes"
			? await onCluster(estate, (cluster) =>
					Promise.all([
						clusterTierStatuses(cluster, estate),
						clusterJobNotes(cluster, estate).catch(saying),
					]),
				)
			: await statusOnDocker(estate);
	const trouble = typeof jobs === "string" ? [jobs] : [];
	const notes = typeof jobs === "string" ? [] : jobs;
	const healthy =
		trouble.length === 0 &&
		tiers.every((tier) => tier.healthy) &&
		notes.every(wentWell);
	if (options.json) {
		console.log(
			JSON.stringify({ healthy, tiers, jobs: notes, trouble }, null, 2),
		);
	} else {
		console.log([statusTable(tiers), jobTable(notes), ...trouble].join("\n\n"));
	}
	return healthy ? 0 : 1;
}

async function statusOnDocker(estate: Estate) {
	const { client, env } = await ensureEngine({ install: false });
	return Promise.all([
		tierStatuses(client, estate, env),
		readJobNotes(client, estate.stack, env).catch(saying),
	]);
}

/** What is wrong with the jobs, which keeps nobody from seeing the tiers. */
function saying(error: unknown): string {
	if (error instanceof UserError) return error.message;
	throw error;
}
