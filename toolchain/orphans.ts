import type Docker from "dockerode";
import type { PreparedStack } from "./commands/prepare.ts";
import { runCaptured } from "./process.ts";
import { labelledWith, stackContainers } from "./stack-containers.ts";
import { say } from "./step.ts";

/**
 * Removes containers of the stack that its state does not know: an interrupted run made them and
 * died before it could say so. They would hold ports and names the next run needs. Volumes and
 * networks stay, they are in nobody's way and a volume holds images.
 */
export async function removeOrphans({
	location,
	engine,
	pulumi,
	env,
}: PreparedStack): Promise<void> {
	const containers = await stackContainers(engine.client, location.stack);
	if (containers.length === 0) return;
	const { stdout } = await runCaptured(
		pulumi,
		["stack", "export", "--stack", location.stack],
		{ cwd: location.cwd, env },
	);
	const known = knownIds(stdout);
	for (const { Id, Names } of containers) {
		if (known.has(Id)) continue;
		say(`removing ${Names[0]?.slice(1)}, left behind by an interrupted run`);
		await engine.client.getContainer(Id).remove({ force: true });
	}
}

interface ExportedStack {
	readonly deployment?: {
		readonly resources?: readonly { readonly id?: string }[];
	};
}

/** Ids of the resources in an exported state. */
export function knownIds(exported: string): ReadonlySet<string> {
	const { deployment }: ExportedStack = JSON.parse(exported || "{}");
	return new Set(
		deployment?.resources?.flatMap(({ id }) => (id ? [id] : [])) ?? [],
	);
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
