import type { Estate } from "../estate.ts";

/** A promise about all tiers together. A broken one fails the plan before anything changes. */
export interface Invariant {
	/** Stable id, named in messages, documentation and the policy pack. */
	readonly id: `${"TI" | "EL"}-${number}${number}`;
	/** What holds, as one plain sentence. */
	readonly statement: string;
	/** What to change when it does not. */
	readonly remedy: string;
	/** Where the estate breaks it, each as one plain sentence; empty when it holds. */
	readonly broken: (estate: Estate) => readonly string[];
}
