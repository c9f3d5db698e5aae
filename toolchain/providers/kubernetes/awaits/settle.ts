import type { Call } from "../../provider.ts";
import type { PropertyMap } from "../../values.ts";
import { isNotAwaited, propagation, timeoutSeconds } from "../annotations.ts";
import { type Api, type Reference, referenceOf } from "../api.ts";
import { existing } from "../discovery.ts";
import { awaiterFor } from "./awaiters.ts";
import { untilGone, untilReady } from "./wait.ts";

// As long as the official plugin waits for a workload's pods to end.
const DELETION_SECONDS = 600;

/**
 * Waits for an object that was made or changed, the way its kind is waited for.
 *
 * @returns the object as it is then
 * @throws when it does not get ready; the message says why
 */
export async function settled(
	api: Api,
	made: PropertyMap,
	call: Call,
): Promise<PropertyMap> {
	const awaiter = awaiterFor(made);
	if (!awaiter || isNotAwaited(made)) return made;
	const target = referenceOf(made);
	await untilReady(awaiter, {
		read: () => api.get(target),
		look: {
			list: (apiVersion, kind, selector) =>
				api.list({ apiVersion, kind }, target.namespace ?? "", selector),
			get: (apiVersion, kind, name) =>
				existing(api.get({ apiVersion, kind, name })),
		},
		timeoutSeconds: timeoutSeconds(
			call.timeoutSeconds,
			made,
			awaiter.timeoutSeconds,
		),
		signal: call.signal,
		status: call.status,
	});
	return api.get(target);
}

/**
 * Removes an object and what it owns, and waits until they are gone. What is gone already is fine.
 *
 * @param left the object as it was left
 */
export async function removed(
	api: Api,
	target: Reference,
	left: PropertyMap,
	{ signal, status, timeoutSeconds: seconds }: Call,
): Promise<void> {
	const begun = await existing(
		api.delete(target, propagation(left)).then(() => true),
	);
	if (!begun || isNotAwaited(left)) return;
	await untilGone({
		read: () => api.get(target),
		timeoutSeconds: timeoutSeconds(seconds, left, DELETION_SECONDS),
		signal,
		status,
	});
}
