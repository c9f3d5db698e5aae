/** A resource as the engine or its state has it. */
export interface Resource {
	readonly urn: string;
	/** Type token, e.g. `kubernetes:apps/v1:Deployment`. */
	readonly type: string;
	/** Logical name. */
	readonly name: string;
	/** What the program asked for and, in a finished state, what the provider added. Secrets are in clear. */
	readonly props: Readonly<Record<string, unknown>>;
	readonly options: ResourceOptions;
	/**
	 * Logical name of its provider.
	 *
	 * @default - a resource without one, such as a component
	 */
	readonly provider?: string;
	/**
	 * The same properties with `SECRET` wherever the state keeps them encrypted.
	 *
	 * @default - unknown: the engine hands policies everything in clear
	 */
	readonly encrypted?: unknown;
}

export interface ResourceOptions {
	readonly protect: boolean;
	/** @default - unknown: the engine does not tell policies */
	readonly retainOnDelete?: boolean;
	readonly deleteBeforeReplace: boolean;
}

/** Stands in `Resource.encrypted` for what is a secret. */
export const SECRET = Symbol("secret");

/** Type of the resource whose properties are the stack's outputs. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The provider's package, e.g. `docker`; `pulumi` for what the engine itself makes. */
export const packageOf = (type: string): string => type.split(":")[0] ?? "";
