/** What a bench is asked for on the command line. */
export interface BenchOptions {
	/** Each figure is taken once, to see that all of it works. */
	readonly quick: boolean;
	/** Metrics to be taken. @default - all */
	readonly only?: readonly string[];
}
