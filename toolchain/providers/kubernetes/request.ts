import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../values.ts";
import { ApiError, UnreachableError } from "./api-error.ts";
import type { Connection } from "./kubeconfig.ts";

/** One request to the API server. */
export interface ApiRequest {
	readonly method: "GET" | "POST" | "PATCH" | "DELETE";
	/** From the root, with its query. */
	readonly path: string;
	readonly body?: unknown;
	/** @default - application/json */
	readonly contentType?: string;
	readonly signal?: AbortSignal | undefined;
}

/** @throws ApiError, UnreachableError, or the signal's reason */
export type Send = (request: ApiRequest) => Promise<PropertyMap>;

// The API server ends any request that is no watch after a minute.
const TIMEOUT_MS = 70_000;

// What is answered so has changed nothing, and is asked for: a server that starts, or has too much to do.
const LATER = new Set([429, 503]);
const RETRIES = 4;
const FIRST_DELAY_MS = 500;

// A connection that the server closed just when it was used again.
const STALE = new Set(["ECONNRESET", "EPIPE"]);

/** Speaks to one API server over connections that are kept. */
export function sender({ server, options }: Connection): Send {
	const { protocol, hostname, port, pathname } = new URL(server);
	const transport = protocol === "http:" ? http : https;
	const agent = new transport.Agent({ keepAlive: true });
	return async (request) => {
		for (let attempt = 0; ; attempt++) {
			const { status, body } = await answer(request);
			if (status < 400) return body;
			if (!LATER.has(status) || attempt === RETRIES)
				throw new ApiError(status, body);
			await sleep(FIRST_DELAY_MS * 2 ** attempt, undefined, {
				...(request.signal && { signal: request.signal }),
			});
		}
	};

	async function answer(request: ApiRequest) {
		try {
			return await exchange(request);
		} catch (error) {
			request.signal?.throwIfAborted();
			const { code = "", message } = error as NodeJS.ErrnoException;
			if (request.method === "GET" && STALE.has(code))
				return await exchange(request);
			throw new UnreachableError(
				`no Kubernetes API server answers at ${server}: ${message || code}`,
				{ cause: error },
			);
		}
	}

	async function exchange({
		method,
		path,
		body,
		contentType = "application/json",
		signal,
	}: ApiRequest) {
		const connection = await options();
		const payload = body === undefined ? undefined : JSON.stringify(body);
		const sent = transport.request({
			// A proxy's agent from the kubeconfig, or the kept connections with its certificates.
			...connection,
			...(!connection.proxied && { agent }),
			method,
			hostname,
			port,
			path: pathname.replace(/\/$/, "") + path,
			headers: {
				...connection.headers,
				accept: "application/json",
				"user-agent": "registry-tiers",
				...(payload !== undefined && {
					"content-type": contentType,
					// Node sends the body of a DELETE without saying how long it is.
					"content-length": Buffer.byteLength(payload),
				}),
			},
			...(signal && { signal }),
			timeout: TIMEOUT_MS,
		});
		sent.on("timeout", () =>
			sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
		);
		// `once` and the answer's own stream report it; a broken connection says it here once more.
		sent.on("error", () => {});
		sent.end(payload);
		const [response]: [http.IncomingMessage] = (await once(
			sent,
			"response",
		)) as [http.IncomingMessage];
		return {
			status: response.statusCode ?? 0,
			body: parsed(await text(response)),
		};
	}
}

// A proxy in between answers in HTML; its status says enough.
function parsed(answer: string): PropertyMap {
	try {
		return JSON.parse(answer);
	} catch {
		return {};
	}
}
