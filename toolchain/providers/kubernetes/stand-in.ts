import { type CheckedInputs, checkProviderConfig } from "../check.ts";
import {
	type Difference,
	type Found,
	IncompleteError,
	type Protocol,
	type Resource,
	type Target,
} from "../provider.ts";
import { providerConfig } from "../provider-config.ts";
import { loadSchema } from "../schema.ts";
import { definedProperties, type PropertyMap, revealAll } from "../values.ts";
import { referenceOf } from "./api.ts";
import { UnreachableError } from "./api-error.ts";
import { removed, settled } from "./awaits/settle.ts";
import { changesBetween } from "./changes.ts";
import { checkpoint } from "./checkpoint.ts";
import { type Cluster, clusterOf, mannerFor } from "./cluster.ts";
import { concealedConfig, configChanges } from "./config.ts";
import { existing } from "./discovery.ts";
import { inputProblems } from "./input-problems.ts";
import { kindOf, named, objectId, parseObjectId } from "./kind.ts";
import { createObject, type Manner, updateObject } from "./lifecycle.ts";
import { importedInputs, liveInputs } from "./live-inputs.ts";
import { autonamed, inNamespace } from "./names.ts";
import { previewed } from "./preview.ts";
import { concealed } from "./secrets.ts";

/**
 * Stands in for the `kubernetes` plugin: objects of any kind, by server-side apply. What is right about an object
 * the API server decides; a preview asks it by a dry run.
 */
export class KubernetesStandIn implements Protocol {
	readonly schema = loadSchema("kubernetes");
	#configured: Cluster | undefined;

	checkConfig(inputs: PropertyMap): CheckedInputs {
		const { failures } = checkProviderConfig(
			this.schema,
			providerConfig(this.schema, inputs),
		);
		return { inputs: concealedConfig(inputs), failures };
	}

	diffConfig(old: PropertyMap, inputs: PropertyMap) {
		return configChanges(
			providerConfig(this.schema, old),
			providerConfig(this.schema, inputs),
		);
	}

	async configure(inputs: PropertyMap): Promise<void> {
		this.#configured = await clusterOf(providerConfig(this.schema, inputs));
	}

	/** Names the object; nothing else about it is changed. */
	async check(
		{ type, call }: Target,
		given: PropertyMap,
		old: PropertyMap,
		seed: Uint8Array,
	): Promise<CheckedInputs> {
		const object = { ...kindOf(type), ...definedProperties(given) };
		const failures = inputProblems(object);
		if (failures.length > 0) return { inputs: given, failures };
		const inputs = autonamed(object, revealAll(old), {
			resource: call.name,
			seed,
		});
		return { inputs: await this.#placed(inputs), failures };
	}

	async #placed(inputs: PropertyMap): Promise<PropertyMap> {
		const { api, namespace } = this.#cluster();
		try {
			const served = await api.kinds.find(referenceOf(revealAll(inputs)));
			// One that is not served yet is most likely that of a definition in the same program, with namespaces.
			return served?.namespaced === false
				? inputs
				: inNamespace(inputs, namespace);
		} catch (error) {
			if (error instanceof UnreachableError) return inputs;
			throw error;
		}
	}

	diff(
		_target: Target,
		_state: PropertyMap,
		oldInputs: PropertyMap,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Difference {
		const { config } = this.#cluster();
		return changesBetween(
			revealAll(oldInputs),
			revealAll(inputs),
			{
				configMaps: config.enableConfigMapMutable === true,
				secrets: config.enableSecretMutable === true,
			},
			ignored,
		);
	}

	previewCreate({ call }: Target, inputs: PropertyMap): Promise<PropertyMap> {
		const cluster = this.#cluster();
		return previewed(cluster, call, inputs, {}, (wanted, manner) =>
			createObject(cluster.api, wanted, manner, call.signal),
		);
	}

	async create(target: Target, inputs: PropertyMap): Promise<Resource> {
		const cluster = this.#cluster();
		const wanted = revealAll(inputs);
		const manner = mannerFor(cluster, wanted, {});
		const { signal } = target.call;
		const made = await createObject(cluster.api, wanted, manner, signal);
		return this.#settled(target, inputs, made, manner);
	}

	async read(
		{ type }: Target,
		{ id, outputs }: Resource,
		inputs: PropertyMap,
	): Promise<Found | undefined> {
		const cluster = this.#cluster();
		const live = await existing(
			cluster.api.get({ ...kindOf(type), ...parseObjectId(id) }),
		);
		if (live === undefined) return undefined;
		const state = revealAll(outputs);
		const current =
			Object.keys(inputs).length === 0
				? importedInputs(live)
				: liveInputs(revealAll(inputs), state, live);
		const { fieldManager } = mannerFor(cluster, current, state);
		const marked = concealed(current, inputs);
		return {
			id,
			inputs: marked,
			outputs: checkpoint(live, marked, fieldManager),
		};
	}

	previewUpdate(
		{ call }: Target,
		state: PropertyMap,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Promise<PropertyMap> {
		const cluster = this.#cluster();
		return previewed(
			cluster,
			call,
			inputs,
			revealAll(state),
			(wanted, manner) => updateObject(cluster.api, wanted, manner, ignored),
		);
	}

	async update(
		target: Target,
		{ outputs }: Resource,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Promise<PropertyMap> {
		const cluster = this.#cluster();
		const wanted = revealAll(inputs);
		const manner = mannerFor(cluster, wanted, revealAll(outputs));
		const changed = await updateObject(cluster.api, wanted, manner, ignored);
		return (await this.#settled(target, inputs, changed, manner)).outputs;
	}

	async delete(
		{ type, call }: Target,
		{ id, outputs }: Resource,
	): Promise<void> {
		const { api } = this.#cluster();
		const target = { ...kindOf(type), ...parseObjectId(id) };
		try {
			await removed(api, target, revealAll(outputs), call);
		} catch (error) {
			throw new Error(`${named(target)} ${messageOf(error)}`);
		}
	}

	/** The resource once its object is ready. @throws IncompleteError, when it is there and not ready */
	async #settled(
		{ call }: Target,
		inputs: PropertyMap,
		made: PropertyMap,
		{ fieldManager }: Manner,
	): Promise<Resource> {
		const { api } = this.#cluster();
		const target = referenceOf(made);
		const resource = (object: PropertyMap): Resource => ({
			id: objectId(target),
			outputs: checkpoint(object, inputs, fieldManager),
		});
		try {
			return resource(await settled(api, made, call));
		} catch (error) {
			const live = await api.get(target).catch(() => made);
			throw new IncompleteError(
				`${named(target)} ${messageOf(error)}`,
				resource(live),
			);
		}
	}

	#cluster(): Cluster {
		if (this.#configured === undefined)
			throw new Error("the provider was asked for an object before configure");
		return this.#configured;
	}
}

const messageOf = (error: unknown) =>
	error instanceof Error ? error.message : String(error);
