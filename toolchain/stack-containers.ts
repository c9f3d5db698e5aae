import type Docker from "dockerode";
import { NAME_LABEL, STACK_LABEL } from "../topology/labels.ts";
import { UserError } from "./process.ts";

/** Label filter of everything a stack has on the engine. */
export const labelledWith = (stack: string) => ({
	label: [`${STACK_LABEL}=${stack}`],
});

/** The containers of a stack, running or not. */
export function stackContainers(
	client: Docker,
	stack: string,
): Promise<Docker.ContainerInfo[]> {
	return client.listContainers({ all: true, filters: labelledWith(stack) });
}

/**
 * The running container of one of a stack's resources.
 *
 * @throws {UserError} when there is none
 */
export async function runningContainer(
	client: Docker,
	stack: string,
	name: string,
): Promise<Docker.ContainerInfo> {
	const { label } = labelledWith(stack);
	const [found] = await client.listContainers({
		filters: {
			label: [...label, `${NAME_LABEL}=${name}`],
			status: ["running"],
		},
	});
	if (found) return found;
	throw new UserError(
		`the stack '${stack}' has no running ${name}. Fix: npm run up`,
	);
}
