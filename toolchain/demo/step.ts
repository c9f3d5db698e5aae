/** One thing the demo shows, as somebody would do it by hand. */
export interface DemoStep {
	/** What it is for, a line each. */
	readonly says: readonly string[];
	/** Lines for a POSIX shell in the checkout. What they export is there for the steps that follow. */
	readonly script: string;
	/** It must fail, and say all of this. @default - it must succeed */
	readonly refusedWith?: readonly string[];
	/** What a reader has seen after it, for the summary. @default - nothing worth one */
	readonly shows?: string;
}
