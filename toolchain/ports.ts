import { createServer } from "node:net";
import type Docker from "dockerode";
import type { Estate } from "../topology/estate.ts";
import { publishedPorts } from "../topology/published.ts";
import { UserError } from "./process.ts";
import { stackContainers } from "./stack-containers.ts";

/**
 * Checks that every port of the estate is free, or held by this stack itself.
 *
 * @throws {UserError} with all ports that are taken
 */
export async function checkPorts(
	client: Docker,
	estate: Estate,
	file: string,
): Promise<void> {
	const own = await portsOfContainers(client, estate.stack);
	const name = file.slice(file.lastIndexOf("/") + 1);
	const taken: string[] = [];
	for (const { key, port } of publishedPorts(estate)) {
		if (own.has(port) || (await isFree(port))) continue;
		taken.push(
			`  ${name}:registry-tiers:estate.${key}: port in use on this machine, got ${port}; expected a free port. Fix: stop what listens on 127.0.0.1:${port}, or choose another port.`,
		);
	}
	if (taken.length > 0) {
		throw new UserError(`ports are taken:\n${taken.join("\n")}`);
	}
}

/** Ports the stack's containers publish, those that are just starting included. */
async function portsOfContainers(
	client: Docker,
	stack: string,
): Promise<ReadonlySet<number>> {
	const containers = await stackContainers(client, stack);
	const inspected = await Promise.all(
		containers.map(({ Id }) => client.getContainer(Id).inspect()),
	);
	return new Set(
		inspected.flatMap(({ HostConfig }) =>
			Object.values<{ HostPort: string }[]>(
				HostConfig.PortBindings ?? {},
			).flatMap((bindings) => bindings.map(({ HostPort }) => Number(HostPort))),
		),
	);
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
