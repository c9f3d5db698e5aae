import {
	autonamed,
	keepsExplicitName,
	withoutDefaultsNote,
} from "./autoname.ts";
import {
	type CheckedInputs,
	checkInputs,
	checkProviderConfig,
} from "./check.ts";
import { diffProperties, type PropertyChange, under } from "./diff.ts";
import {
	type Difference,
	IncompleteError,
	type Protocol,
	type Provider,
	type Resource,
	type ResourceType,
	type ResourceTypes,
	type Target,
} from "./provider.ts";
import { providerConfig } from "./provider-config.ts";
import { type ResourceSpec, secretOutputs } from "./schema.ts";
import { fillIn, updatedState } from "./state.ts";
import {
	conceal,
	definedProperties,
	type PropertyMap,
	revealAll,
	sameValue,
	UNKNOWN,
} from "./values.ts";

// Marks a resource that was made but did not reach its condition. Terraform calls such a resource tainted
// and replaces it; Pulumi alone would update it in place.
const TAINTED = "__tainted";

/**
 * The engine's protocol in plain values: checks and compares by the schema, hides and reveals secrets,
 * answers previews, and calls the resource types for what is left.
 */
export class StandIn implements Protocol {
	readonly #provider: Provider;
	#types: ResourceTypes | undefined;

	constructor(provider: Provider) {
		this.#provider = provider;
	}

	/** What the provider serves. */
	get schema() {
		return this.#provider.schema;
	}

	/** Checks the provider's own arguments; what is not text arrives as JSON in text. */
	checkConfig(inputs: PropertyMap): CheckedInputs {
		const { failures } = checkProviderConfig(
			this.schema,
			providerConfig(this.schema, inputs),
		);
		return { inputs, failures };
	}

	/** The provider arguments that changed; none of them replaces anything. */
	diffConfig(old: PropertyMap, inputs: PropertyMap): PropertyChange[] {
		const [before, after] = [
			providerConfig(this.schema, old),
			providerConfig(this.schema, inputs),
		];
		const names = new Set([...Object.keys(before), ...Object.keys(after)]);
		return [...names]
			.filter((name) => !sameValue(before[name], after[name]))
			.map((path) => ({ path, kind: "update", replace: false }));
	}

	/** Takes the checked provider arguments; the resource types are known after this. */
	async configure(inputs: PropertyMap): Promise<void> {
		this.#types = await this.#provider.configure(
			providerConfig(this.schema, inputs),
		);
	}

	/** Checks a resource's inputs and completes them: defaults, values of the type, its name. */
	async check(
		{ type, call }: Target,
		given: PropertyMap,
		old: PropertyMap,
		seed: Uint8Array,
	): Promise<CheckedInputs> {
		const { spec, handler } = this.#lookUp(type);
		const checked = checkInputs(this.schema, spec, given);
		if (checked.failures.length > 0) return checked;
		const verdict = await handler.check?.(revealAll(checked.inputs), call);
		return {
			failures: verdict?.failures ?? [],
			inputs: autonamed(
				spec,
				given,
				fillIn(checked.inputs, verdict?.additions ?? {}),
				old,
				{ resource: call.name, seed },
			),
		};
	}

	/** What has to happen for the inputs wanted now; changes under the `ignored` paths do not count. */
	diff(
		{ type }: Target,
		state: PropertyMap,
		oldInputs: PropertyMap,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Difference {
		const { spec, handler } = this.#lookUp(type);
		const [before, wanted] = [revealAll(state), revealAll(inputs)];
		const compared =
			handler.comparedWith === "inputs"
				? withoutDefaultsNote(revealAll(oldInputs))
				: before;
		const insignificant = [...ignored, ...(handler.insignificant ?? [])];
		const changes = diffProperties(
			this.schema,
			spec,
			compared,
			withoutDefaultsNote(wanted),
		).filter(
			({ path }) => !insignificant.some((prefix) => under(path, prefix)),
		);
		return {
			changes:
				before[TAINTED] === true
					? [...changes, { path: TAINTED, kind: "delete", replace: true }]
					: changes,
			deleteBeforeReplace:
				spec.deleteBeforeReplace === true ||
				keepsExplicitName(spec, wanted, before),
		};
	}

	/** The outputs of a creation as far as they can be known before it. */
	previewCreate({ type }: Target, inputs: PropertyMap): PropertyMap {
		const { spec } = this.#lookUp(type);
		const unknown = (spec.required ?? []).map((name) => [name, UNKNOWN]);
		return { ...Object.fromEntries(unknown), ...withoutDefaultsNote(inputs) };
	}

	/** @throws IncompleteError with concealed outputs, when the resource was made nevertheless */
	async create({ type, call }: Target, inputs: PropertyMap): Promise<Resource> {
		const { spec, handler } = this.#lookUp(type);
		const wanted = withoutDefaultsNote(inputs);
		const concealed = ({ id, outputs }: Resource): Resource => ({
			id,
			outputs: conceal(outputs, wanted, secretOutputs(spec)),
		});
		try {
			return concealed(await handler.create(revealAll(wanted), call));
		} catch (error) {
			if (!(error instanceof IncompleteError)) throw error;
			const { id, outputs } = error.resource;
			throw new IncompleteError(
				error.message,
				concealed({ id, outputs: { ...outputs, [TAINTED]: true } }),
			);
		}
	}

	/** The resource as it is now, or undefined when it is gone. */
	async read(
		{ type, call }: Target,
		resource: Resource,
		inputs: PropertyMap,
	): Promise<Resource | undefined> {
		const { spec, handler } = this.#lookUp(type);
		if (Object.keys(inputs).length === 0)
			throw new Error(
				`the stand-in for the ${this.schema.name} plugin cannot adopt an existing resource (${type} "${resource.id}"): let the program create it, or install the official plugin`,
			);
		const wanted = withoutDefaultsNote(inputs);
		const outputs = revealAll(resource.outputs);
		const found = await handler.read(
			{ id: resource.id, outputs },
			revealAll(wanted),
			call,
		);
		if (found === undefined) return undefined;
		const current = definedProperties({
			...found.outputs,
			[TAINTED]: outputs[TAINTED],
		});
		return {
			id: found.id,
			outputs: conceal(current, wanted, secretOutputs(spec)),
		};
	}

	/** The outputs of an update as far as they can be known before it. */
	previewUpdate(
		{ type }: Target,
		state: PropertyMap,
		inputs: PropertyMap,
	): PropertyMap {
		const { spec, handler } = this.#lookUp(type);
		const unknown = (handler.recomputed ?? []).map((name) => [name, UNKNOWN]);
		return {
			...updatedState(this.schema, spec, state, withoutDefaultsNote(inputs)),
			...Object.fromEntries(unknown),
		};
	}

	/** Updates in place and returns all outputs. */
	async update(
		{ type, call }: Target,
		resource: Resource,
		inputs: PropertyMap,
	): Promise<PropertyMap> {
		const { spec, handler } = this.#lookUp(type);
		const wanted = withoutDefaultsNote(inputs);
		const state = revealAll(resource.outputs);
		const changed = await handler.update(
			{ id: resource.id, outputs: state },
			revealAll(wanted),
			call,
		);
		const outputs = {
			...updatedState(this.schema, spec, state, revealAll(wanted)),
			...changed,
		};
		return conceal(outputs, wanted, secretOutputs(spec));
	}

	/** Removes the resource. */
	async delete({ type, call }: Target, resource: Resource): Promise<void> {
		await this.#lookUp(type).handler.delete(
			{ id: resource.id, outputs: revealAll(resource.outputs) },
			call,
		);
	}

	#lookUp(type: string): { spec: ResourceSpec; handler: ResourceType } {
		const spec = this.schema.resources[type];
		if (spec === undefined) throw new Error(this.#unserved(type));
		const handler = this.#types?.[type];
		if (handler === undefined)
			throw new Error(`the provider was asked for ${type} before configure`);
		return { spec, handler };
	}

	#unserved(type: string): string {
		const { name, version, resources } = this.schema;
		const served = Object.keys(resources).sort().join(", ");
		return `the stand-in for the ${name} plugin does not serve ${type}; it serves ${served}. Install the official plugin ${name} ${version} to use it`;
	}
}
