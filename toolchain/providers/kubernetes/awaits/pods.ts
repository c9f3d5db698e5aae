import type { PropertyMap } from "../../values.ts";
import { condition, listAt, numberAt, textAt } from "../objects.ts";

// Every pod goes through these.
const ON_ITS_WAY = new Set(["ContainerCreating", "PodInitializing"]);

/** Why these pods are not ready, a line each, those that end or are ready left out. */
export function podProblems(pods: readonly PropertyMap[]): string[] {
	return pods
		.filter(
			(pod) =>
				textAt(pod, "metadata", "deletionTimestamp") === undefined &&
				condition(pod, "Ready")?.status !== "True" &&
				textAt(pod, "status", "phase") !== "Succeeded",
		)
		.map((pod) => `pod ${textAt(pod, "metadata", "name")}: ${problem(pod)}`);
}

function problem(pod: PropertyMap): string {
	const scheduled = condition(pod, "PodScheduled");
	if (scheduled?.status === "False")
		return `not scheduled: ${scheduled.message}`;
	const containers = [
		...listAt(pod, "status", "initContainerStatuses"),
		...listAt(pod, "status", "containerStatuses"),
	].flatMap(containerProblem);
	if (containers.length > 0) return containers.join("; ");
	const message = textAt(pod, "status", "message");
	if (message !== undefined) return message;
	return condition(pod, "Ready")?.message === undefined
		? `${textAt(pod, "status", "phase") ?? "not started"}`
		: String(condition(pod, "Ready")?.message);
}

function containerProblem(container: PropertyMap): string[] {
	const name = textAt(container, "name");
	const reason = textAt(container, "state", "waiting", "reason");
	if (reason !== undefined && !ON_ITS_WAY.has(reason)) {
		const message = textAt(container, "state", "waiting", "message");
		const last = ended(container, "lastState");
		return [
			`container ${name}: ${[reason, last ?? message].filter(Boolean).join(": ")}`,
		];
	}
	const now = ended(container, "state");
	const exitCode = numberAt(container, "state", "terminated", "exitCode");
	return now !== undefined && exitCode !== 0
		? [`container ${name}: ${now}`]
		: [];
}

function ended(container: PropertyMap, state: string): string | undefined {
	const reason = textAt(container, state, "terminated", "reason");
	if (reason === undefined) return undefined;
	const code = numberAt(container, state, "terminated", "exitCode");
	const message = textAt(container, state, "terminated", "message");
	return `${reason}, exit code ${code}${message ? `: ${message.trim()}` : ""}`;
}

/** What went wrong around an object, as its controller noted it: one line each, the newest last. */
export function warnings(events: readonly PropertyMap[]): string[] {
	const lines = events
		.filter(({ type }) => type === "Warning")
		.sort((a, b) => time(a).localeCompare(time(b)))
		.map(({ reason, message }) => `${reason}: ${message}`);
	return [...new Set(lines)].slice(-MOST_WARNINGS);
}

const MOST_WARNINGS = 3;

const time = (event: PropertyMap) =>
	textAt(event, "lastTimestamp") ??
	textAt(event, "eventTime") ??
	textAt(event, "metadata", "creationTimestamp") ??
	"";
