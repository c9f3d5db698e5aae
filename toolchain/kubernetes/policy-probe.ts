import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Api } from "../providers/kubernetes/api.ts";
import { ApiError, ifFound } from "../providers/kubernetes/api-error.ts";
import { podProblems } from "../providers/kubernetes/awaits/pods.ts";
import {
	at,
	condition,
	listAt,
	numberAt,
	textAt,
} from "../providers/kubernetes/objects.ts";
import type { Send } from "../providers/kubernetes/request.ts";
import type { PropertyMap } from "../providers/values.ts";
import {
	CLIENT,
	clientPod,
	PROBE_LABELS,
	type ProbeResult,
	probeObjects,
	probeResult,
	SERVER,
} from "./probe-objects.ts";

const NAMESPACE = { apiVersion: "v1", kind: "Namespace" };
const POD = { apiVersion: "v1", kind: "Pod" };
const MANNER = { fieldManager: "registry-tiers-probe", dryRun: false };

const PROBE_SECONDS = 30;
const POLL_MS = 200;
// Far more than a probe takes, so that nobody else's is removed while it runs.
const LEFT_BEHIND_MS = 5 * 60_000;

/** What a probe found, or why it found nothing. */
export type ProbeOutcome =
	| { readonly result: ProbeResult }
	| { readonly unknown: string };

/**
 * Tries whether the cluster enforces NetworkPolicies: a pod connects to another, in a namespace of its own, at
 * ports that a policy forbids and at one that is let through. Within half a minute; the namespace is removed
 * in any case, and those that killed runs left behind as well.
 *
 * @param image has `node` and is in reach of the cluster
 */
export async function probePolicies(
	send: Send,
	image: string,
	policies: readonly PropertyMap[],
): Promise<ProbeOutcome> {
	const api = new Api(send);
	const namespace = `registry-tiers-probe-${randomBytes(4).toString("hex")}`;
	const deadline = Date.now() + PROBE_SECONDS * 1_000;
	try {
		await removeLeftovers(api);
		for (const object of probeObjects(namespace, image, policies))
			await api.create(object, MANNER);
		const address = await untilPod(SERVER, (pod) =>
			condition(pod, "Ready")?.status === "True"
				? textAt(pod, "status", "podIP")
				: undefined,
		);
		if (typeof address !== "string") return address;
		await api.create(clientPod(namespace, image, address), MANNER);
		return await untilPod(CLIENT, outcomeOf);
	} catch (error) {
		// An admission of the cluster's own, a quota, a missing right.
		if (error instanceof ApiError) return { unknown: error.message };
		throw error;
	} finally {
		await remove(api, namespace);
	}

	/** What comes to be known of a pod, or why it did not in time. */
	async function untilPod<T>(
		name: string,
		known: (pod: PropertyMap) => T | undefined,
	): Promise<T | { readonly unknown: string }> {
		for (;;) {
			const pod = await api.get({ ...POD, namespace, name });
			const found = known(pod);
			if (found !== undefined) return found;
			if (Date.now() > deadline) {
				return { unknown: `after ${PROBE_SECONDS} s, ${said(pod)}` };
			}
			await sleep(POLL_MS);
		}
	}
}

function outcomeOf(pod: PropertyMap): ProbeOutcome | undefined {
	const [status] = listAt(pod, "status", "containerStatuses");
	const ended = at(status, "state", "terminated");
	if (ended === undefined) return undefined;
	const result = probeResult(numberAt(ended, "exitCode"));
	return result === undefined ? { unknown: said(pod) } : { result };
}

const said = (pod: PropertyMap) =>
	podProblems([pod])[0] ?? `pod ${textAt(pod, "metadata", "name")}: not done`;

async function removeLeftovers(api: Api): Promise<void> {
	const [[label, value] = []] = Object.entries(PROBE_LABELS);
	const found = await api.list(NAMESPACE, "", {
		labelSelector: `${label}=${value}`,
	});
	for (const { metadata } of found) {
		const made = Date.parse(textAt(metadata, "creationTimestamp") ?? "");
		if (Date.now() - made > LEFT_BEHIND_MS)
			await remove(api, textAt(metadata, "name") ?? "");
	}
}

async function remove(api: Api, namespace: string): Promise<void> {
	await ifFound(api.delete({ ...NAMESPACE, name: namespace }, "Background"));
}
