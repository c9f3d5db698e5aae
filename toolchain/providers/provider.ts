import type { CheckFailure } from "./check.ts";
import type { PackageSchema } from "./schema.ts";
import type { PropertyMap } from "./values.ts";

/** What stands in for one official plugin. */
export interface Provider {
	readonly schema: PackageSchema;
	/** Takes the provider's arguments (checked, revealed) and returns the resource types it serves. */
	configure(config: PropertyMap): Promise<ResourceTypes>;
}

/** Resource types by token, e.g. `docker:index/network:Network`. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/**
 * What happens to the real thing behind one resource type. All inputs and outputs are revealed and
 * complete: secrets, unknowns, defaults, names and diffs are the concern of the caller.
 */
export interface ResourceType {
	/** The rules the schema cannot state. Parts of the inputs may be unknown. */
	check?(inputs: PropertyMap, call: Call): Promise<Verdict>;

	/** @default - changes are found against the state, as bridged providers do */
	readonly comparedWith?: "inputs";
	/** Paths whose change alone means nothing. */
	readonly insignificant?: readonly string[];
	/** Outputs that an update computes anew, so a preview of it cannot know them. */
	readonly recomputed?: readonly string[];

	/** Makes it; a failure leaves nothing behind, unless it is an `IncompleteError`. */
	create(inputs: PropertyMap, call: Call): Promise<Resource>;
	/** The resource as it is now, or undefined when it is gone. */
	read(
		resource: Resource,
		inputs: PropertyMap,
		call: Call,
	): Promise<Resource | undefined>;
	/** Makes what can be made in place; returns the outputs that are not inputs and changed with it. */
	update(
		resource: Resource,
		inputs: PropertyMap,
		call: Call,
	): Promise<PropertyMap>;
	/** Removes it; already gone is fine. */
	delete(resource: Resource, call: Call): Promise<void>;
}

/** The outcome of `ResourceType.check`. */
export interface Verdict {
	readonly failures: readonly CheckFailure[];
	/** Values the program left to the provider; they never replace a given one. */
	readonly additions?: PropertyMap;
}

/** A resource as the state knows it. */
export interface Resource {
	readonly id: string;
	readonly outputs: PropertyMap;
}

/** The circumstances of one call from the engine. */
export interface Call {
	/** The resource's name in the program. */
	readonly name: string;
	/** Aborted when the user cancels or the engine is gone. */
	readonly signal: AbortSignal;
	/** Shows a message beside the resource. */
	log(severity: "info" | "warning", message: string): void;
}

/** The resource exists but is not in the condition that was asked for: it is kept, and replaced by the next update. */
export class IncompleteError extends Error {
	override readonly name = "IncompleteError";
	readonly resource: Resource;

	constructor(message: string, resource: Resource) {
		super(message);
		this.resource = resource;
	}
}
