import type Docker from "dockerode";
import type { VerifyReport } from "../../services/jobs/promote/verify/verify-report.ts";
import type { Captured } from "../../toolchain/process.ts";
import type { Estate } from "../../topology/estate.ts";
import type { Cosign } from "./cosign.ts";

/** An estate that is up, and what its checks do with it. */
export interface RunningEstate {
	readonly estate: Estate;
	readonly engine: Docker;
	/** Address of a published tier, e.g. `localhost:5101`. */
	readonly address: (tier: string) => string;
	readonly password: (principal: string, tier: string) => Promise<string>;
	/** Signs as CI does. */
	readonly cosign: Cosign;
	/** The public half of a signer's key, in PEM; that of `promoter` for promotion records. */
	readonly publicKey: (signer: string) => Promise<string>;
	/** Walks Prod. */
	readonly verify: () => Promise<VerifyReport>;
	/** Runs the promotion job on a manifest. */
	readonly promote: (manifest: string) => Promise<PromotionRun>;
	/** Runs `npm run up` on this stack. */
	readonly up: (...args: readonly string[]) => Promise<Captured>;
}

/** What the promotion job reported. */
export interface PromotionRun {
	readonly code: number;
	readonly counts: Readonly<Record<"promoted" | "present" | "refused", number>>;
	/** The whole report, for a message. */
	readonly text: string;
}
