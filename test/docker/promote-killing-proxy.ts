import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
	request as send,
} from "node:http";
import type { AddressInfo } from "node:net";

/** When, in its `n`th request over all proxies of one killing, a client is killed. */
export interface Kill {
	readonly n: number;
	/** With `half` of its body sent, or `after` the registry carried it out, but before the answer. */
	readonly moment: "half" | "after";
}

/** What stands between a client and its registries, and kills the client at a given request. */
export interface KillingProxies {
	/** One for each registry, in the order they were given. */
	readonly urls: readonly string[];
	readonly requests: number;
	close(): Promise<void>;
}

/** Starts a proxy before each registry. `kill` is called once, at the moment that was asked for. */
export async function startKillingProxies(
	registries: readonly string[],
	{ n, moment }: Kill,
	kill: () => void,
): Promise<KillingProxies> {
	let requests = 0;
	const servers = registries.map((registry) =>
		createServer((request, response) => {
			const isTheOne = ++requests === n;
			pass(registry, request, response, isTheOne ? moment : undefined, kill);
		}),
	);
	const urls = await Promise.all(
		servers.map(
			(server) =>
				new Promise<string>((resolve) => {
					server.listen(0, "127.0.0.1", () => {
						const { port } = server.address() as AddressInfo;
						resolve(`http://127.0.0.1:${port}`);
					});
				}),
		),
	);
	return {
		urls,
		get requests() {
			return requests;
		},
		close: async () => {
			for (const server of servers) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
		},
	};
}

function pass(
	registry: string,
	request: IncomingMessage,
	response: ServerResponse,
	moment: Kill["moment"] | undefined,
	kill: () => void,
): void {
	const { hostname, port } = new URL(registry);
	const { method, url: path, headers } = request;
	// `headers` has the proxy's host, so that upload locations lead back here.
	const upstream = send({ hostname, port, method, path, headers }, (answer) => {
		if (moment === "after") {
			answer.resume();
			answer.once("end", kill);
			return;
		}
		response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
		answer.pipe(response);
	});
	upstream.on("error", () => response.destroy());
	request.on("close", () => {
		if (!request.complete) upstream.destroy();
	});
	if (moment !== "half") {
		request.pipe(upstream);
		return;
	}
	const length = Number(headers["content-length"] ?? 0);
	let sent = 0;
	request.on("data", (chunk: Buffer) => {
		const half = chunk.subarray(0, Math.max(0, Math.floor(length / 2) - sent));
		sent += chunk.byteLength;
		upstream.write(half);
		if (sent >= length / 2) kill();
	});
	// A request without a body has no half: it is cut off where it ends.
	request.on("end", kill);
}
