import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A way to the real engine that can be cut off: every connection at once, as when dockerd dies. */
export class FlakyEngine {
	readonly path = join(tmpdir(), `engine-${process.pid}.sock`);
	readonly #sockets = new Set<Socket>();
	#server: Server | undefined;

	start(): Promise<void> {
		rmSync(this.path, { force: true });
		this.#server = createServer((client) => {
			const engine = connect("/var/run/docker.sock");
			for (const [from, to] of [
				[client, engine],
				[engine, client],
			] as const) {
				this.#sockets.add(from);
				from.on("error", () => to.destroy());
				from.on("close", () => this.#sockets.delete(from));
				from.pipe(to);
			}
		});
		return new Promise((done) => this.#server?.listen(this.path, done));
	}

	stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		const server = this.#server;
		this.#server = undefined;
		return new Promise((done) =>
			server ? server.close(() => done()) : done(),
		);
	}
}
