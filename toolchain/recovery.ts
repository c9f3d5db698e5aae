import type Docker from "dockerode";
import type { DockerStack } from "./commands/prepare.ts";
import { runCaptured } from "./process.ts";
import { labelledWith, stackContainers } from "./stack-containers.ts";
import { say } from "./step.ts";

/**
 * Puts a stack right after a run that died: removes containers its state does not know, which would
 * hold ports and names the next run needs, and then forgets the creations that never came to an
 * end. Volumes and networks stay until `down`: they are in nobody's way, and a volume holds images.
 */
export async function recover(prepared: DockerStack): Promise<void> {
	const { location, engine, pulumi, env } = prepared;
	const containers = await stackContainers(engine.client, location.stack);
	const options = { cwd: location.cwd, env };
	const { stdout } = await runCaptured(
		pulumi,
		["stack", "export", "--stack", location.stack],
		options,
	);
	const { ids, interrupted } = readState(stdout);
	for (const { Id, Names } of containers) {
		if (ids.has(Id)) continue;
		say(`removing ${Names[0]?.slice(1)}, left behind by an interrupted run`);
		await engine.client.getContainer(Id).remove({ force: true });
	}
	if (!interrupted) return;
	say("an earlier run was interrupted: looking at what it left behind");
	await runCaptured(
		pulumi,
		[
			"refresh",
			"--yes",
			"--skip-preview",
			"--clear-pending-creates",
			"--stack",
			location.stack,
		],
		options,
	);
}

interface ExportedState {
	readonly deployment?: {
		readonly resources?: readonly { readonly id?: string }[];
		readonly pending_operations?: readonly unknown[];
	};
}

/** What recovery needs to know of an exported state. */
export function readState(exported: string): {
	readonly ids: ReadonlySet<string>;
	/** A run died in the middle of an operation. */
	readonly interrupted: boolean;
} {
	const { deployment = {} }: ExportedState = JSON.parse(exported || "{}");
	const { resources = [], pending_operations = [] } = deployment;
	return {
		ids: new Set(resources.flatMap(({ id }) => (id ? [id] : []))),
		interrupted: pending_operations.length > 0,
	};
}

/** Removes every container, network and volume of a stack, after its resources were destroyed. */
export async function removeLeftovers(
	client: Docker,
	stack: string,
): Promise<void> {
	const filters = labelledWith(stack);
	for (const { Id } of await stackContainers(client, stack)) {
		await client.getContainer(Id).remove({ force: true });
	}
	for (const { Id } of await client.listNetworks({ filters })) {
		await client.getNetwork(Id).remove();
	}
	const { Volumes } = await client.listVolumes({ filters });
	for (const { Name } of Volumes ?? []) await client.getVolume(Name).remove();
}
