import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../values.ts";
import { type Api, type Reference, referenceOf } from "./api.ts";
import {
	ifFound,
	isAlreadyExists,
	isConflict,
	isNotFound,
} from "./api-error.ts";
import { UnknownKindError } from "./discovery.ts";
import { ownedByApply, ownsByUpdate } from "./field-managers.ts";
import { named } from "./kind.ts";
import { at, pulumiAnnotation, textAt } from "./objects.ts";
import { withEncodedData } from "./secrets.ts";

/** How objects are made and changed, whatever their kind. */
export interface Manner {
	/** Who owns the fields that the program sets. */
	readonly fieldManager: string;
	readonly dryRun: boolean;
	/** Takes over what exists under the name already. */
	readonly upsert: boolean;
	/** Takes fields over from other managers, whatever the annotation says. */
	readonly force: boolean;
}

// A namespace or a definition that another resource makes may come a moment later.
const ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;

/**
 * Makes an object, by a plain creation as the official plugin does, so that one that exists is never taken over by
 * mistake (https://github.com/pulumi/pulumi-kubernetes/pull/4278).
 */
export async function createObject(
	api: Api,
	wanted: PropertyMap,
	manner: Manner,
	signal: AbortSignal,
): Promise<PropertyMap> {
	const object = withEncodedData(wanted);
	for (let attempt = 1; ; attempt++) {
		try {
			return await (manner.upsert
				? api.apply(object, { ...manner, force: forced(wanted, manner) })
				: api.create(object, manner));
		} catch (error) {
			const early = isNotFound(error) || error instanceof UnknownKindError;
			if (manner.dryRun) throw error;
			if (!early || attempt === ATTEMPTS)
				throw explained(wanted, "was not made", error);
			await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1), undefined, { signal });
		}
	}
}

/** Changes an object by server-side apply. Paths under `ignored` stay as they are. */
export async function updateObject(
	api: Api,
	wanted: PropertyMap,
	manner: Manner,
	ignored: readonly string[],
): Promise<PropertyMap> {
	const target = referenceOf(wanted);
	const live = await ifFound(api.get(target));
	if (live === undefined)
		throw new Error(
			`${named(target)} is gone from the cluster: refresh, and the next update makes it anew`,
		);
	const created = ownsByUpdate(live, manner.fieldManager);
	if (created && !manner.dryRun)
		await takeOver(api, target, live, manner.fieldManager);
	try {
		return await api.apply(
			withEncodedData(withLiveParts(wanted, live, ignored)),
			// A dry run cannot hand the fields over first.
			{
				...manner,
				force: forced(wanted, manner) || (created && manner.dryRun),
			},
		);
	} catch (error) {
		throw explained(wanted, "was not changed", error);
	}
}

async function takeOver(
	api: Api,
	target: Reference,
	live: PropertyMap,
	manager: string,
): Promise<void> {
	await api.patch(target, [
		{
			op: "test",
			path: "/metadata/resourceVersion",
			value: textAt(live, "metadata", "resourceVersion") ?? "",
		},
		{
			op: "replace",
			path: "/metadata/managedFields",
			value: ownedByApply(live, manager),
		},
	]);
}

const forced = (wanted: PropertyMap, { force }: Manner) =>
	force || pulumiAnnotation(wanted, "patchForce") === "true";

/** The object with the values of the cluster under these paths: applying what is there changes nothing. */
export function withLiveParts(
	wanted: PropertyMap,
	live: PropertyMap,
	paths: readonly string[],
): PropertyMap {
	return paths.reduce<PropertyMap>((object, path) => {
		const names = path.split(".");
		const value = at(live, ...names);
		return value === undefined ? object : replaced(object, names, value);
	}, wanted);
}

function replaced(
	object: PropertyMap,
	[name = "", ...rest]: readonly string[],
	value: PropertyMap[string],
): PropertyMap {
	if (rest.length === 0) return { ...object, [name]: value };
	const inner = (at(object, name) ?? {}) as PropertyMap;
	return { ...object, [name]: replaced(inner, rest, value) };
}

function explained(
	wanted: PropertyMap,
	outcome: string,
	error: unknown,
): Error {
	const message = error instanceof Error ? error.message : String(error);
	return new Error(
		`${named(referenceOf(wanted))} ${outcome}: ${message}${remedy(error)}`,
		{ cause: error },
	);
}

function remedy(error: unknown): string {
	if (isAlreadyExists(error))
		return "; import it, choose another name, or set the provider's upsertExistingObjects to take it over";
	return isConflict(error)
		? "; leave the fields to their manager, or take them over with the annotation pulumi.com/patchForce"
		: "";
}
