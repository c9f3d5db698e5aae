import { compileEstate } from "../../topology/compile.ts";
import type { Estate, EstateSpec } from "../../topology/estate.ts";

/** An estate as `Pulumi.dev.yaml` describes one. */
export const DEV_SPEC: EstateSpec = {
	stack: "dev",
	platform: "docker",
	tiers: {
		sandbox: { port: 5101, open: true },
		"ci-tests": { port: 5102, anonymousPull: true },
		"ci-snapshots": { port: 5103, anonymousPull: true },
		prod: { port: 5104 },
	},
	promotion: {
		schedule: "*/5 * * * *",
		timeZone: "UTC",
		manifests: "promotions",
	},
};

export const devEstate = (): Estate => compileEstate(DEV_SPEC);
