import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { retried } from "./api-error.ts";
import type { Inspected } from "./container-state.ts";

const HEALTH_POLL_MS = 500;
// A process that cannot do its work at all is mostly gone after this time. The official provider looks once,
// after 100 ms.
const FIRST_LOOKS = 5;
const FIRST_LOOK_INTERVAL_MS = 100;
const LOG_LINES = 10;

/** A container that stopped although it is to run. */
export class ExitedError extends Error {
	override readonly name = "ExitedError";
}

/** A container that runs, or ran, but did not become healthy in time. */
export class UnhealthyError extends Error {
	override readonly name = "UnhealthyError";
}

/**
 * Waits until the container's health check passes.
 *
 * @throws UnhealthyError when it has not within the timeout, or when the container has stopped
 */
export async function healthy(
	container: Docker.Container,
	timeoutSeconds: number,
	signal: AbortSignal,
): Promise<void> {
	const deadline = Date.now() + timeoutSeconds * 1000;
	for (;;) {
		const { State } = await inspect(container);
		if (State.Health === undefined)
			throw new Error(
				'"wait" needs a health check, and neither the container nor its image has one: add "healthcheck" or leave "wait" out',
			);
		if (State.Health.Status === "healthy") return;
		if (!State.Running && !State.Restarting)
			throw new UnhealthyError(
				`container failed to be in healthy state: it exited with code ${State.ExitCode}${await lastLines(container)}`,
			);
		if (Date.now() > deadline) {
			const probe = State.Health.Log.at(-1);
			const answer =
				probe === undefined
					? "no health check has finished"
					: `the last health check exited with code ${probe.ExitCode}: ${probe.Output.trim()}`;
			throw new UnhealthyError(
				`container failed to be in healthy state within ${timeoutSeconds} s: ${answer}`,
			);
		}
		await sleep(HEALTH_POLL_MS, undefined, { signal });
	}
}

/**
 * Makes sure that a container that was just started is still running.
 *
 * @throws ExitedError with its exit code and the last lines it printed
 */
export async function stillRunning(
	container: Docker.Container,
	signal: AbortSignal,
): Promise<void> {
	for (let look = 0; look < FIRST_LOOKS; look++) {
		await sleep(FIRST_LOOK_INTERVAL_MS, undefined, { signal });
		const { State } = await inspect(container);
		if (!State.Running)
			throw new ExitedError(
				`container exited immediately with code ${State.ExitCode}${await lastLines(container)}`,
			);
	}
}

/** The container as it is now. */
export function inspect(container: Docker.Container): Promise<Inspected> {
	return retried(() => container.inspect() as Promise<Inspected>);
}

// Drivers other than json-file, journald and local keep no logs to read.
async function lastLines(container: Docker.Container): Promise<string> {
	const answer = await container
		.logs({ stdout: true, stderr: true, tail: LOG_LINES })
		.catch(() => Buffer.alloc(0));
	const text = logText(answer).trim();
	return text === "" ? "" : `; its last output:\n${text}`;
}

/**
 * The text of a log answer: frames of an 8-byte header (stream, 3 × 0, big-endian length) and their bytes,
 * or the bytes alone when the container has a terminal
 * (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach).
 */
export function logText(answer: Buffer): string {
	let text = "";
	for (let at = 0; at < answer.length; ) {
		if (!isFrame(answer, at)) return text + answer.toString("utf8", at);
		const end = at + 8 + answer.readUInt32BE(at + 4);
		text += answer.toString("utf8", at + 8, end);
		at = end;
	}
	return text;
}

const isFrame = (answer: Buffer, at: number) =>
	at + 8 <= answer.length &&
	(answer[at] ?? 3) <= 2 &&
	answer.readUIntBE(at + 1, 3) === 0;
