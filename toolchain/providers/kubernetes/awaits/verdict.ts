import type { PropertyMap } from "../../values.ts";

/** What an object's status says of it. */
export type Verdict =
	| { readonly state: "ready" }
	/** Not yet; `progress` is a line for who waits. */
	| { readonly state: "waiting"; readonly progress: string }
	/** It will not be. */
	| { readonly state: "failed"; readonly reason: string };

export const READY: Verdict = { state: "ready" };

export const waiting = (progress: string): Verdict => ({
	state: "waiting",
	progress,
});

export const failed = (reason: string): Verdict => ({
	state: "failed",
	reason,
});

/** Looks at what belongs to the object that is waited for. */
export interface Look {
	/** The objects of a kind in its namespace, by a query such as `labelSelector`. */
	list(
		apiVersion: string,
		kind: string,
		selector: Readonly<Record<string, string>>,
	): Promise<readonly PropertyMap[]>;
	/** One object that lies in no namespace. */
	get(
		apiVersion: string,
		kind: string,
		name: string,
	): Promise<PropertyMap | undefined>;
}
