import type { Captured } from "../../../toolchain/process.ts";
import type { Estate } from "../../../topology/estate.ts";
import type { Cosign } from "../cosign.ts";
import type { ClientMachine } from "./client-machine.ts";

/** An estate that is up on the cluster of this machine, and what its checks do with it. */
export interface ClusterEstate {
	readonly estate: Estate;
	/** Addresses of the published fronts by the names that images begin with. */
	readonly hosts: Readonly<Record<string, string>>;
	readonly machine: ClientMachine;
	readonly cosign: Cosign;
	readonly password: (principal: string, tier: string) => string;
	/** Runs one of the npm commands on this stack. */
	readonly npm: (
		command: string,
		...args: readonly string[]
	) => Promise<Captured>;
}

/** The image that goes through the tiers. */
export interface ClusterImage {
	readonly repository: string;
	/** Of CI Snapshots. */
	readonly snapshotTag: string;
	/** Of Prod. */
	readonly release: string;
	/** Set when it was pushed. */
	digest: string;
}
