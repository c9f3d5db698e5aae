import type { Call } from "../provider.ts";
import { hasUnknown, type PropertyMap, revealAll } from "../values.ts";
import {
	isAlreadyExists,
	isForbidden,
	isNamespaceMissing,
	UnreachableError,
} from "./api-error.ts";
import { checkpoint } from "./checkpoint.ts";
import { type Cluster, mannerFor } from "./cluster.ts";
import { UnknownKindError } from "./discovery.ts";
import type { Manner } from "./lifecycle.ts";

/**
 * The outputs that a dry run makes of the inputs; the inputs themselves where it cannot tell.
 *
 * @param state the object as it was left; empty where there is none yet
 * @throws what the API server has against the object
 */
export async function previewed(
	cluster: Cluster,
	{ log }: Call,
	inputs: PropertyMap,
	state: PropertyMap,
	change: (wanted: PropertyMap, manner: Manner) => Promise<PropertyMap>,
): Promise<PropertyMap> {
	if (hasUnknown(inputs)) return inputs;
	const wanted = revealAll(inputs);
	const manner = mannerFor(cluster, wanted, state, true);
	try {
		const { status: _unsettled, ...made } = await change(wanted, manner);
		return checkpoint(made, inputs, manner.fieldManager);
	} catch (error) {
		const cause = error instanceof Error ? (error.cause ?? error) : error;
		const away = [error, cause].find(
			(each) => each instanceof UnreachableError,
		);
		if (away) log("warning", `${away.message}; the preview is without it`);
		else if (!isUntold(cause)) throw error;
		return inputs;
	}
}

/** Whether a refusal says nothing about what the update will do. */
const isUntold = (cause: unknown) =>
	// A namespace or definition that the same update makes; an object that it replaces.
	isNamespaceMissing(cause) ||
	isAlreadyExists(cause) ||
	cause instanceof UnknownKindError ||
	// The user of a preview may be allowed to read only; quotas and Pod Security answer so too.
	isForbidden(cause);
