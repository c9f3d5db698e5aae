import { createServer } from "node:net";
import type Docker from "dockerode";
import type { Estate } from "../topology/estate.ts";
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
	const containers = await stackContainers(client, estate.stack);
	const own = new Set(
		containers.flatMap(({ Ports }) =>
			Ports.map(({ PublicPort }) => PublicPort),
		),
	);
	const name = file.slice(file.lastIndexOf("/") + 1);
	const taken: string[] = [];
	for (const { name: tier, port } of estate.registries) {
		if (port === undefined || own.has(port) || (await isFree(port))) continue;
		taken.push(
			`  ${name}:registry-tiers:estate.tiers.${tier}.port: port in use on this machine, got ${port}; expected a free port. Fix: stop what listens on 127.0.0.1:${port}, or choose another port.`,
		);
	}
	if (taken.length > 0) {
		throw new UserError(`ports are taken:\n${taken.join("\n")}`);
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
