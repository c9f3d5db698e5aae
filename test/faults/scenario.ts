import type { Rig, RigOptions } from "./rig.ts";

/** One thing that goes wrong, and what is promised for it. */
export interface Scenario {
	/** As in the list of faults, e.g. `F5`. */
	readonly id: string;
	readonly title: string;
	/** What is done to the promoter and its registries, for the table. */
	readonly inject: string;
	/** What has to be true, besides I1 to I6, for the table. */
	readonly expect: string;
	/** @default - as `Rig.start` has them */
	readonly rig?: Omit<RigOptions, "program">;
	/** Injects and asserts. It throws when a promise does not hold; I3 is checked after it. */
	run(rig: Rig): Promise<void>;
}
