import { compileEstate } from "../../topology/compile.ts";
import type { Estate, EstateSpec } from "../../topology/estate.ts";
import {
	DEFAULT_FULL_CHECK_EVERY,
	DEFAULT_PROMOTION_POLICY,
} from "../../topology/promotion-policy.ts";
import { DEFAULT_SIGNERS } from "../../topology/signer-spec.ts";

/** An estate as `Pulumi.dev.yaml` describes one. */
export const DEV_SPEC: EstateSpec = {
	stack: "dev",
	platform: "docker",
	tiers: {
		sandbox: { port: 5101, open: true },
		"ci-tests": { port: 5102, anonymousPull: true },
		"ci-snapshots": { port: 5103, anonymousPull: true },
		prod: { port: 5104 },
		archive: {
			port: 5105,
			anonymousPull: true,
			schedule: "30 3 * * *",
			timeZone: "UTC",
			lists: "archive",
			mirrorPort: 5106,
			upstreamPort: 5107,
		},
	},
	regions: {
		eu: { port: 5111, archivePort: 5112 },
		us: { port: 5121 },
	},
	promotion: {
		schedule: "*/5 * * * *",
		timeZone: "UTC",
		manifests: "promotions",
		fullCheckEvery: DEFAULT_FULL_CHECK_EVERY,
		require: DEFAULT_PROMOTION_POLICY,
		signers: DEFAULT_SIGNERS,
		exceptions: [],
	},
	cleanup: { schedule: "0 3 * * *", timeZone: "UTC" },
	rotation: { keys: {}, secrets: {} },
};

export const devEstate = (): Estate => compileEstate(DEV_SPEC);
