import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Estate } from "../../topology/estate.ts";
import {
	namespaceNamed,
	namespacesOf,
	spaceOfJob,
} from "../../topology/hosts.ts";
import { PROMOTER_JOB } from "../../topology/names.ts";
import { type Captured, UserError } from "../process.ts";
import { ifFound } from "../providers/kubernetes/api-error.ts";
import { podProblems } from "../providers/kubernetes/awaits/pods.ts";
import { condition, listAt, textAt } from "../providers/kubernetes/objects.ts";
import { execInPod } from "./pod-exec.ts";
import type { StackCluster } from "./stack-cluster.ts";
import {
	ROOM_LABEL,
	ROOM_POD,
	roomObjects,
	roomOpenings,
} from "./test-room-objects.ts";
import { withInterrupt } from "./with-interrupt.ts";

const NAMESPACE = { apiVersion: "v1", kind: "Namespace" };
const POLICY = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
const MANNER = { fieldManager: "registry-tiers-test-room", dryRun: false };

const READY_SECONDS = 120;
const POLL_MS = 300;

/** Runs a command in the room's pod, with the estate's services. */
export type InRoom = (
	command: readonly string[],
	input?: string,
) => Promise<Captured>;

/**
 * Runs an action with a pod that reaches every front of an estate. Pod, namespace and the policies that let
 * it are gone afterwards; what a killed run left goes first, so that two rooms of a stack exclude each other.
 */
export async function withTestRoom<T>(
	cluster: StackCluster,
	estate: Estate,
	action: (inRoom: InRoom) => Promise<T>,
): Promise<T> {
	const { api, spec } = cluster;
	const namespace = namespaceNamed(
		estate.stack,
		`test-${randomBytes(3).toString("hex")}`,
	);
	await removeRooms(cluster, estate);
	return withInterrupt(
		async () => {
			const services = await servicesOf(cluster, estate);
			const room = { estate, namespace, ...services };
			for (const object of [...roomObjects(room), ...roomOpenings(room)]) {
				await api.create(object, MANNER);
			}
			await ready(cluster, namespace);
			const place = { namespace, pod: ROOM_POD, container: ROOM_POD };
			return action((command, input) => execInPod(spec, place, command, input));
		},
		() => removeRooms(cluster, estate),
	);
}

/** The image that the estate's own jobs run, and the login for it. */
async function servicesOf({ api, spec }: StackCluster, estate: Estate) {
	const { stack } = estate;
	const namespace = namespaceNamed(stack, spaceOfJob(PROMOTER_JOB));
	const job = await ifFound(
		api.get({
			apiVersion: "batch/v1",
			kind: "CronJob",
			namespace,
			name: "promote",
		}),
	);
	const [container] = listAt(
		job,
		...["spec", "jobTemplate", "spec", "template", "spec", "containers"],
	);
	const image = textAt(container, "image");
	if (!image) {
		throw new UserError(
			`the stack '${stack}' has no promotion job on this cluster. Fix: npm run up -- --stack ${stack}`,
		);
	}
	if (!spec.imagePullSecret) return { image };
	const { metadata: _, ...pullSecret } = await api.get({
		apiVersion: "v1",
		kind: "Secret",
		namespace,
		name: spec.imagePullSecret,
	});
	return { image, pullSecret };
}

async function ready({ api }: StackCluster, namespace: string): Promise<void> {
	const deadline = Date.now() + READY_SECONDS * 1_000;
	for (;;) {
		const pod = await api.get({
			apiVersion: "v1",
			kind: "Pod",
			namespace,
			name: ROOM_POD,
		});
		if (condition(pod, "Ready")?.status === "True") return;
		if (Date.now() > deadline) {
			throw new UserError(
				`the test's pod does not run after ${READY_SECONDS} s: ${podProblems([pod]).join("; ")}. Fix: mend that, and run it again`,
			);
		}
		await sleep(POLL_MS);
	}
}

async function removeRooms(
	{ api }: StackCluster,
	estate: Estate,
): Promise<void> {
	const selector = { labelSelector: `${ROOM_LABEL}=${estate.stack}` };
	// The ways first: what is left of a room then reaches nothing.
	for (const namespace of namespacesOf(estate)) {
		for (const policy of await api.list(POLICY, namespace, selector)) {
			const name = textAt(policy, "metadata", "name") ?? "";
			await ifFound(api.delete({ ...POLICY, namespace, name }, "Background"));
		}
	}
	for (const room of await api.list(NAMESPACE, "", selector)) {
		const name = textAt(room, "metadata", "name") ?? "";
		await ifFound(api.delete({ ...NAMESPACE, name }, "Background"));
	}
}
