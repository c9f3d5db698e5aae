import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/**
 * Takes lines `<uid> <address>` from the CNI plugin and answers each when its pod may start. A pod whose
 * rules could not be made gets no answer: the plugin waits its time, and the pod starts cut off.
 */
export function listenForPods(
	socket: string,
	admit: (uid: string, address: string) => Promise<void>,
): void {
	rmSync(socket, { force: true });
	createServer((connection) => {
		connection.on("error", (error) => console.error("announcement:", error));
		createInterface(connection).on("line", async (line) => {
			const [uid = "", address = ""] = line.split(" ");
			try {
				await admit(uid, address);
				connection.end("admitted\n");
			} catch (error) {
				console.error(`announcement of ${uid}:`, error);
			}
		});
	}).listen(socket);
}
