import type { CheckedInputs, CheckFailure } from "./check.ts";
import type { PropertyChange } from "./diff.ts";
import type { PackageSchema } from "./schema.ts";
import type { PropertyMap } from "./values.ts";

type Eventually<T> = T | Promise<T>;

/** What the server asks of a stand-in: the engine's protocol in plain values, secrets and unknowns marked. */
export interface Protocol {
	readonly schema: Pick<PackageSchema, "name" | "version">;
	checkConfig(inputs: PropertyMap): CheckedInputs;
	diffConfig(
		old: PropertyMap,
		inputs: PropertyMap,
	): Eventually<readonly PropertyChange[]>;
	configure(inputs: PropertyMap): Promise<void>;
	check(
		target: Target,
		given: PropertyMap,
		old: PropertyMap,
		seed: Uint8Array,
	): Promise<CheckedInputs>;
	diff(
		target: Target,
		state: PropertyMap,
		oldInputs: PropertyMap,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Difference;
	previewCreate(target: Target, inputs: PropertyMap): Eventually<PropertyMap>;
	create(target: Target, inputs: PropertyMap): Promise<Resource>;
	read(
		target: Target,
		resource: Resource,
		inputs: PropertyMap,
	): Promise<Found | undefined>;
	previewUpdate(
		target: Target,
		state: PropertyMap,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Eventually<PropertyMap>;
	update(
		target: Target,
		resource: Resource,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Promise<PropertyMap>;
	delete(target: Target, resource: Resource): Promise<void>;
}

/** One resource of the engine's request. */
export interface Target {
	/** E.g. `docker:index/network:Network`. */
	readonly type: string;
	readonly call: Call;
}

/** What a change means for a resource. */
export interface Difference {
	readonly changes: readonly PropertyChange[];
	readonly deleteBeforeReplace: boolean;
}

/** A resource as it is now. */
export interface Found extends Resource {
	/** The inputs that would make it as it is now. @default - those of the request */
	readonly inputs?: PropertyMap;
}

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
	/** From the resource's `customTimeouts`; 0 where it has none. */
	readonly timeoutSeconds: number;
	/** Shows a message beside the resource. */
	log(severity: "info" | "warning", message: string): void;
	/** Shows what is waited for, until the next message or the end of the call. */
	status(message: string): void;
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
