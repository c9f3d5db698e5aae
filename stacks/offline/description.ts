import type { AccessRow } from "../../topology/access-matrix.ts";
import type { ImageFlow } from "../../topology/graph.ts";
import type { Picture } from "../../topology/picture.ts";
import type { Settings } from "../../topology/settings.ts";

/** The form of these descriptions. Descriptions of two forms are not compared. */
export const FORM = 1;

/** What a checkout says about one of its stacks, by its own code, without an engine. No secret is known to it. */
export interface StackDescription {
	readonly form: number;
	readonly stack: string;
	/** Why there is no model: a configuration that is not valid. */
	readonly invalid?: string;
	readonly model?: StackModel;
	/** Why there are no resources: the program ended with this. */
	readonly refused?: string;
	readonly resources?: readonly RecordedResource[];
	/** What the program tells whoever runs it. */
	readonly remarks: readonly string[];
}

/** What the topology tells of an estate. */
export interface StackModel {
	readonly platform: string;
	readonly regions: readonly string[];
	readonly access: readonly AccessRow[];
	readonly flows: readonly ImageFlow[];
	readonly picture: Picture;
	readonly settings: Settings;
	readonly invariants: readonly InvariantState[];
}

/** An invariant or engine limit, and where the estate breaks it. */
export interface InvariantState {
	readonly id: string;
	readonly statement: string;
	readonly remedy: string;
	/** Empty when it holds. */
	readonly broken: readonly string[];
}

/** A resource as the program asked for it. */
export interface RecordedResource {
	/** `type$type::name` with the types of all that it is in: what Pulumi knows it by. A changed one is a replacement. */
	readonly identity: string;
	/** What it was known by before, as its aliases say. */
	readonly aliases: readonly string[];
	readonly type: string;
	readonly name: string;
	/** A component, which is nothing outside of the state. */
	readonly component: boolean;
	/** Names of the components it is in, the outermost first. */
	readonly within: readonly string[];
	/** Secrets are marked as Pulumi does, and made up: no real one is known without an engine. */
	readonly inputs: Readonly<Record<string, unknown>>;
	/** What its provider would compute, likewise made up. */
	readonly outputs: Readonly<Record<string, unknown>>;
	/** Logical name of its provider; empty for a component. */
	readonly provider: string;
	/** Inputs whose changes the program has nothing done for. */
	readonly ignoreChanges: readonly string[];
	readonly deleteBeforeReplace: boolean;
	readonly protect: boolean;
	readonly retainOnDelete: boolean;
}

/** A stack to describe. */
export interface StackSource {
	readonly stack: string;
	/** Name of its configuration file, for messages. */
	readonly file: string;
	/** The `config` of that file. */
	readonly config: Readonly<Record<string, unknown>>;
}

/** A checkout and those of its stacks that are to be described. */
interface Checkout {
	readonly root: string;
	readonly stacks: readonly StackSource[];
}

/** What is asked for on standard input. */
export interface DescribeRequest {
	readonly checkouts: readonly Checkout[];
}

/** For each checkout its stacks, or why it cannot be described. */
export type DescribeAnswer = readonly (
	| { readonly stacks: readonly StackDescription[] }
	| { readonly problem: string }
)[];
