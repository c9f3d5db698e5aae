import type { Process } from "../process.ts";
import { planOffline } from "../promote/plan-offline.ts";
import { loadPromoterConfig } from "../promote/promoter-config.ts";
import { type ReportFormat, renderAs } from "../promote/render/render.ts";
import { exitStatus } from "../promote/report.ts";

export interface PlanOfflineFlags extends ReportFormat {
	readonly config: string;
	readonly manifests?: string;
}

/** `promote plan --offline`: what manifests and configuration alone tell, e.g. in a pull request. */
export async function planOfflineOnce(
	{ config: file, manifests, ...format }: PlanOfflineFlags,
	{ stdout }: Process,
): Promise<number> {
	const config = await loadPromoterConfig(file);
	const report = await planOffline(
		manifests === undefined ? config : { ...config, manifests },
	);
	stdout.write(renderAs(report, format, stdout));
	return exitStatus(report);
}
