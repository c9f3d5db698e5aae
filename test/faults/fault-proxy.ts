import {
	type ClientRequest,
	createServer,
	type IncomingHttpHeaders,
} from "node:http";
import type { AddressInfo } from "node:net";
import { passOn } from "../docker/pass-on.ts";
import { type Fault, strike } from "../services/oci/faults.ts";

/** A request that came by, with the status the client got, unless it never got one. */
export interface Seen {
	readonly method: string;
	/** With its query. */
	readonly path: string;
	readonly authorization: string | undefined;
	/** Milliseconds since the epoch. */
	readonly at: number;
	status?: number;
}

/** A fault that spares requests without credentials, which are only told to come with some. */
export interface ProxyFault extends Fault {
	/** Strikes those too. @default false */
	readonly anonymous?: boolean;
}

/** What stands between a client and a registry and does to its requests what a scenario asks for. */
export interface FaultProxy {
	/** No trailing slash. */
	readonly url: string;
	/** Tried in this order with every request; they may be changed at any time. */
	faults: readonly ProxyFault[];
	/** Everything that came by, in its order. */
	readonly seen: readonly Seen[];
	/** Ends all connections, once the registry is done with what a client that died left behind. */
	close(): Promise<void>;
}

export interface FaultProxyOptions {
	/** Headers that every request is sent on with, whatever it came with. @default - none */
	readonly headersFor?: (
		method: string,
		path: string,
	) => Promise<IncomingHttpHeaders>;
}

const WRITES: readonly string[] = ["PUT", "POST", "PATCH", "DELETE"];

/** The requests among these that change something. */
export function writesAmong(seen: readonly Seen[]): readonly Seen[] {
	return seen.filter(({ method }) => WRITES.includes(method));
}

/** Starts a proxy in front of a registry, or of whatever stands before it. */
export async function startFaultProxy(
	backend: string,
	{ headersFor = async () => ({}) }: FaultProxyOptions = {},
): Promise<FaultProxy> {
	const seen: Seen[] = [];
	const underWay = new Set<Promise<unknown>>();
	const server = createServer(
		{ maxHeaderSize: 64 * 1024 },
		async (request, response) => {
			const { method = "", url: path = "" } = request;
			const { authorization } = request.headers;
			const one: Seen = { method, path, authorization, at: Date.now() };
			seen.push(one);
			response.on("finish", () => {
				one.status = response.statusCode;
			});
			const faults = proxy.faults.filter(
				({ anonymous }) => anonymous || authorization !== undefined,
			);
			const action = strike(faults, method, path);
			try {
				if (await action?.(request, response)) return;
				const headers = await headersFor(method, path);
				const passed = passOn(backend, request, response, { headers });
				underWay.add(answered(passed));
				request.pipe(passed);
			} catch (error) {
				response.destroy(error instanceof Error ? error : undefined);
			}
		},
	);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const proxy: FaultProxy = {
		url: `http://127.0.0.1:${port}`,
		faults: [],
		seen,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await Promise.all(underWay);
		},
	};
	return proxy;
}

function answered(passed: ClientRequest): Promise<void> {
	return new Promise((resolve) => {
		passed.on("response", () => resolve());
		passed.on("close", resolve);
	});
}
