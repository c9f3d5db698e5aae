import { randomBytes } from "node:crypto";
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
import {
	definedProperties,
	hasUnknown,
	type PropertyMap,
	revealAll,
} from "../values.ts";
import { Api, referenceOf } from "./api.ts";
import {
	isAlreadyExists,
	isForbidden,
	isNamespaceMissing,
	UnreachableError,
} from "./api-error.ts";
import { removed, settled } from "./awaits/settle.ts";
import { changesBetween } from "./changes.ts";
import { checkpoint, fieldManagerOf } from "./checkpoint.ts";
import { concealedConfig, configChanges } from "./config.ts";
import { existing, UnknownKindError } from "./discovery.ts";
import { inputProblems } from "./input-problems.ts";
import { kindOf, named, objectId, parseObjectId } from "./kind.ts";
import { type ClusterConfig, connection } from "./kubeconfig.ts";
import { createObject, type Manner, updateObject } from "./lifecycle.ts";
import { importedInputs, liveInputs } from "./live-inputs.ts";
import { autonamed, inNamespace } from "./names.ts";
import { pulumiAnnotation } from "./objects.ts";
import { sender } from "./request.ts";
import { concealed } from "./secrets.ts";

/** The cluster that the provider's arguments name. */
interface Cluster {
	readonly api: Api;
	readonly namespace: string;
	readonly config: ClusterConfig;
}

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
		const config: ClusterConfig = providerConfig(this.schema, inputs);
		const found = await connection(config);
		this.#configured = {
			api: new Api(sender(found)),
			namespace: found.namespace,
			config,
		};
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

	previewCreate(target: Target, inputs: PropertyMap): Promise<PropertyMap> {
		return this.#preview(target, inputs, (wanted, manner, api) =>
			createObject(api, wanted, manner, target.call.signal),
		);
	}

	async create(target: Target, inputs: PropertyMap): Promise<Resource> {
		const { api } = this.#cluster();
		const wanted = revealAll(inputs);
		const manner = this.#manner(wanted, {}, false);
		const made = await createObject(api, wanted, manner, target.call.signal);
		return this.#settled(target, inputs, made, manner);
	}

	async read(
		{ type }: Target,
		{ id, outputs }: Resource,
		inputs: PropertyMap,
	): Promise<Found | undefined> {
		const { api } = this.#cluster();
		const live = await existing(
			api.get({ ...kindOf(type), ...parseObjectId(id) }),
		);
		if (live === undefined) return undefined;
		const state = revealAll(outputs);
		const current =
			Object.keys(inputs).length === 0
				? importedInputs(live)
				: liveInputs(revealAll(inputs), state, live);
		const { fieldManager } = this.#manner(current, state, false);
		const marked = concealed(current, inputs);
		return {
			id,
			inputs: marked,
			outputs: checkpoint(live, marked, fieldManager),
		};
	}

	previewUpdate(
		target: Target,
		state: PropertyMap,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Promise<PropertyMap> {
		return this.#preview(
			target,
			inputs,
			(wanted, manner, api) => updateObject(api, wanted, manner, ignored),
			revealAll(state),
		);
	}

	async update(
		target: Target,
		{ outputs }: Resource,
		inputs: PropertyMap,
		ignored: readonly string[],
	): Promise<PropertyMap> {
		const { api } = this.#cluster();
		const wanted = revealAll(inputs);
		const manner = this.#manner(wanted, revealAll(outputs), false);
		const changed = await updateObject(api, wanted, manner, ignored);
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

	/** What a dry run makes of the inputs; the inputs themselves where it cannot tell. */
	async #preview(
		{ call }: Target,
		inputs: PropertyMap,
		change: (
			wanted: PropertyMap,
			manner: Manner,
			api: Api,
		) => Promise<PropertyMap>,
		state: PropertyMap = {},
	): Promise<PropertyMap> {
		const { api } = this.#cluster();
		if (hasUnknown(inputs)) return inputs;
		const wanted = revealAll(inputs);
		const manner = this.#manner(wanted, state, true);
		try {
			const { status: _unsettled, ...made } = await change(wanted, manner, api);
			return checkpoint(made, inputs, manner.fieldManager);
		} catch (error) {
			if (!(error instanceof UnreachableError) && !isUntold(error)) throw error;
			if (error instanceof UnreachableError)
				call.log("warning", `${error.message}; the preview is without it`);
			return inputs;
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

	#manner(wanted: PropertyMap, state: PropertyMap, dryRun: boolean): Manner {
		const { config } = this.#cluster();
		return {
			fieldManager:
				pulumiAnnotation(wanted, "patchFieldManager") ??
				fieldManagerOf(state) ??
				`pulumi-kubernetes-${randomBytes(4).toString("hex")}`,
			dryRun,
			upsert: config.upsertExistingObjects === true,
			force: config.enablePatchForce === true,
		};
	}

	#cluster(): Cluster {
		if (this.#configured === undefined)
			throw new Error("the provider was asked for an object before configure");
		return this.#configured;
	}
}

/** Why a dry run says nothing about what the update will do. */
function isUntold(error: unknown): boolean {
	const cause = error instanceof Error ? (error.cause ?? error) : error;
	return (
		// A namespace or definition that the same update makes; an object that it replaces.
		isNamespaceMissing(cause) ||
		isAlreadyExists(cause) ||
		cause instanceof UnknownKindError ||
		// The user of a preview may be allowed to read only; quotas and Pod Security answer so too.
		isForbidden(cause)
	);
}

const messageOf = (error: unknown) =>
	error instanceof Error ? error.message : String(error);
