import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { passOn } from "./pass-on.ts";

/** What stands before a registry and its gate, with the routes of the real front. */
export interface RunningFront {
	/** `host:port`, as clients write it in an image name. */
	readonly host: string;
	readonly url: string;
	close(): Promise<void>;
}

const MANIFEST = /^\/v2\/.+\/manifests\//;
const UPLOAD = /^\/v2\/.+\/blobs\/uploads/;

/** Starts a front for one registry. */
export async function startFront(
	registry: string,
	backends: { readonly gate: string; readonly registry: string },
): Promise<RunningFront> {
	const server = createServer(async (request, response) => {
		const { method = "", url = "" } = request;
		const write = method === "PUT" || method === "DELETE";
		if (url.startsWith("/auth/token") || (write && MANIFEST.test(url))) {
			pass(backends.gate, registry, request, response);
		} else if (method === "POST" && UPLOAD.test(url)) {
			const asked = await fetch(`${backends.gate}/authorize/upload`, {
				headers: { "X-Registry": registry, "X-Original-URI": url },
			});
			const to = asked.status === 403 ? backends.gate : backends.registry;
			pass(to, registry, request, response);
		} else {
			pass(backends.registry, registry, request, response);
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		host,
		url: `http://${host}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function pass(
	backend: string,
	registry: string,
	request: IncomingMessage,
	response: ServerResponse,
): void {
	const headers = { "x-registry": registry, "x-forwarded-proto": "http" };
	request.pipe(passOn(backend, request, response, { headers }));
}
