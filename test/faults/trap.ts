import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** A server nobody may connect to. */
export interface Trap {
	/** On an address of this machine that no registry here has. No trailing slash. */
	readonly url: string;
	readonly connections: number;
	close(): Promise<void>;
}

/** Starts one on another loopback address than the registries, which Linux has without being asked. */
export async function startTrap(): Promise<Trap> {
	let connections = 0;
	const server = createServer((socket) => {
		connections++;
		socket.destroy();
	});
	const address = "127.0.0.2";
	await new Promise<void>((resolve) => server.listen(0, address, resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://${address}:${port}`,
		get connections() {
			return connections;
		},
		close: async () => {
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
