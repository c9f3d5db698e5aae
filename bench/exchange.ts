import { connect } from "node:net";

/** Where something listens. */
export interface End {
	readonly address: string;
	readonly port: number;
}

// Read into one buffer, so that the client costs as little as a client can.
const BUFFER_BYTES = 1 << 20;

/** What came back of one request. */
export interface Exchange {
	readonly status: number;
	readonly headers: string;
	/** The beginning of the answer's body. */
	readonly body: string;
	/** Length of the whole answer. */
	readonly bytes: number;
}

/** One request on a connection of its own; what comes back is counted, not kept. */
export function exchange(
	{ address, port }: End,
	{ head, body }: { readonly head: string; readonly body?: Buffer },
): Promise<Exchange> {
	return new Promise((resolve, reject) => {
		let bytes = 0;
		let beginning = "";
		const socket = connect({
			host: address,
			port,
			onread: {
				buffer: Buffer.alloc(BUFFER_BYTES),
				callback: (length, buffer) => {
					if (bytes < BUFFER_BYTES) {
						beginning += Buffer.from(buffer.subarray(0, length)).toString(
							"latin1",
						);
					}
					bytes += length;
					return true;
				},
			},
		});
		socket.on("error", reject);
		socket.on("close", () => {
			const [headers = "", content = ""] = beginning.split("\r\n\r\n", 2);
			const status = Number(headers.split(" ")[1]);
			resolve({ status, headers, body: content, bytes });
		});
		socket.write(head);
		if (body) socket.write(body);
	});
}
