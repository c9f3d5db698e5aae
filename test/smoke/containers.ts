import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import { labelledWith } from "../../toolchain/stack-containers.ts";
import { type Estate, registryNamed } from "../../topology/estate.ts";
import { NAME_LABEL } from "../../topology/labels.ts";
import type { Part } from "../../topology/reach.ts";
import { tierResources } from "../../topology/resource-names.ts";
import type { RunningEstate } from "./running-estate.ts";

/** The container of a part, whether it runs or not. */
export async function containerOf(
	{ estate, engine }: RunningEstate,
	part: Part,
): Promise<Docker.Container> {
	const name = serverOf(estate, part);
	const [found] = await engine.listContainers({
		all: true,
		filters: {
			label: [...labelledWith(estate.stack).label, `${NAME_LABEL}=${name}`],
			// What was only created carries a server's files: see components/platform/docker/files.ts.
			status: ["running", "paused", "restarting", "exited"],
		},
	});
	if (found) return engine.getContainer(found.Id);
	throw new Error(`the stack '${estate.stack}' has no container of ${name}`);
}

/** Stops the containers of parts, all at once. */
export const stopParts = (running: RunningEstate, parts: readonly Part[]) =>
	forEachOf(running, parts, (container) => unlessAlreadySo(container.stop()));

/**
 * Starts the containers of parts again; those that run are left alone.
 *
 * @returns when all are healthy: until then a cache's other replica, which may never have seen an
 * image, answers for it
 */
export const startParts = (running: RunningEstate, parts: readonly Part[]) =>
	forEachOf(running, parts, async (container) => {
		await unlessAlreadySo(container.start());
		await healthy(container);
	});

/** Restarts the containers of parts, all at once, and waits as `startParts` does. */
export const restartParts = (running: RunningEstate, parts: readonly Part[]) =>
	forEachOf(running, parts, async (container) => {
		await container.restart();
		await healthy(container);
	});

const HEALTHY_WITHIN_MS = 60_000;

async function healthy(container: Docker.Container): Promise<void> {
	const deadline = Date.now() + HEALTHY_WITHIN_MS;
	for (;;) {
		const { Name, State } = await container.inspect();
		if (State.Health?.Status === "healthy") return;
		if (Date.now() > deadline) {
			throw new Error(
				`${Name} is ${State.Health?.Status ?? State.Status} after ${HEALTHY_WITHIN_MS / 1_000} s, expected healthy`,
			);
		}
		await setTimeout(200);
	}
}

const ALREADY_SO = 304;

const unlessAlreadySo = (changing: Promise<unknown>) =>
	changing.catch((error: { statusCode?: number }) => {
		if (error.statusCode !== ALREADY_SO) throw error;
	});

async function forEachOf(
	running: RunningEstate,
	parts: readonly Part[],
	act: (container: Docker.Container) => Promise<unknown>,
): Promise<void> {
	await Promise.all(
		parts.map(async (part) => act(await containerOf(running, part))),
	);
}

function serverOf(estate: Estate, part: Part): string {
	switch (part.kind) {
		case "front":
		case "gate":
			return `${part.name}-${part.kind}-server`;
		case "job":
			return `${part.name}-server`;
		case "registry": {
			const { servers } = tierResources(registryNamed(estate, part.name));
			return servers[part.replica] ?? part.name;
		}
	}
}
