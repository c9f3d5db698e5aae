import type { Resource } from "./resource.ts";

export type Level = "advisory" | "mandatory" | "disabled";
export type Severity = "low" | "medium" | "high" | "critical";

/** Says where a rule does not hold: the fact with its value, lowercase, without a full stop. */
export type Report = (fact: string) => void;

interface About {
	/** Stable id, named in messages, exceptions and levels, e.g. `K-01`. */
	readonly id: `${"K" | "D" | "TI" | "ST"}-${number}${number}`;
	/** What holds, as one plain sentence. */
	readonly sentence: string;
	/** What a person does where it does not hold. */
	readonly remedy: string;
	readonly severity: Severity;
	/** Where the reason is written. */
	readonly link: string;
}

/** A rule that judges one resource at a time, so that a preview shows it at that resource. */
export interface ResourceRule extends About {
	readonly judge: (resource: Resource, report: Report) => void;
}

/** A rule about resources together. */
export interface StackRule extends About {
	readonly judgeStack: (
		resources: readonly Resource[],
		report: (resource: Resource, fact: string) => void,
	) => void;
}

export type Rule = ResourceRule | StackRule;
