import type Docker from "dockerode";
import { NAME_LABEL, STACK_LABEL } from "../topology/labels.ts";

/** Label filter of everything a stack has on the engine. */
export const labelledWith = (stack: string) => ({
	label: [`${STACK_LABEL}=${stack}`],
});

/** The containers of a stack, running or not, or those of one of its resources. */
export async function stackContainers(
	client: Docker,
	stack: string,
	{ name, running = false }: { name?: string; running?: boolean } = {},
): Promise<readonly Docker.ContainerInfo[]> {
	const { label } = labelledWith(stack);
	const containers = await client.listContainers({
		all: true,
		filters: { label: [...label, ...(name ? [`${NAME_LABEL}=${name}`] : [])] },
	});
	return containers.filter(({ State }) => !running || State === "running");
}
