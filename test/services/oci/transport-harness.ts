import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach } from "vitest";
import type { Request } from "../../../services/oci/http.ts";
import {
	Transport,
	type TransportOptions,
} from "../../../services/oci/transport.ts";
import { type Fault, strike } from "./faults.ts";
import { InstantClock } from "./instant-clock.ts";

/** A server in this process that answers `answer` and fails on demand, and transports to it. */
export interface TransportHarness {
	readonly url: URL;
	/** The clock of the transports. */
	readonly clock: InstantClock;
	/** Faults that strike the requests to come. */
	readonly faults: Fault[];
	/** Method and path of each request. */
	readonly seen: readonly string[];
	/** The client's ports. */
	readonly connections: ReadonlySet<number | undefined>;
	/** A transport whose jitter is always half of what it may be; it is closed after the test. */
	transport(options?: TransportOptions): Transport;
	/** A request to the server. */
	get(): Request;
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function transportHarness(): TransportHarness {
	let server: Server;
	let url: URL;
	let clock: InstantClock;
	let faults: Fault[];
	let seen: string[];
	let connections: Set<number | undefined>;
	let transports: Transport[];

	beforeEach(async () => {
		clock = new InstantClock();
		faults = [];
		seen = [];
		connections = new Set();
		transports = [];
		server = createServer(async (request, response) => {
			seen.push(`${request.method} ${request.url}`);
			connections.add(request.socket.remotePort);
			const fault = strike(faults, request.method ?? "", request.url ?? "");
			if (fault && (await fault(request, response))) return;
			request.resume().once("end", () => response.end("answer"));
		});
		await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
		url = new URL(
			`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`,
		);
	});

	afterEach(async () => {
		await Promise.all(transports.map((transport) => transport.close()));
		server.closeAllConnections();
		await new Promise((down) => server.close(down));
	});

	return {
		get url() {
			return url;
		},
		get clock() {
			return clock;
		},
		get faults() {
			return faults;
		},
		get seen() {
			return seen;
		},
		get connections() {
			return connections;
		},
		transport: (options = {}) => {
			const made = new Transport({ clock, random: () => 0.5, ...options });
			transports.push(made);
			return made;
		},
		get: () => ({ method: "GET", url }),
	};
}

/** Content of chunks of these sizes. */
export async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
	for (const size of sizes) yield Buffer.alloc(size);
}
