import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	ApiError,
	UnreachableError,
} from "../../../../toolchain/providers/kubernetes/api-error.ts";
import {
	type Send,
	sender,
} from "../../../../toolchain/providers/kubernetes/request.ts";

interface Answer {
	readonly status: number;
	readonly body: string;
}

let server: Server;
let url: string;
let send: Send;
let answers: Answer[];
let asked: { request: IncomingMessage; body: string }[];

beforeEach(async () => {
	answers = [];
	asked = [];
	server = createServer(async (request, response) => {
		asked.push({ request, body: await text(request) });
		const { status, body } = answers.shift() ?? { status: 200, body: "{}" };
		response.writeHead(status).end(body);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	send = sender({
		server: `${url}/proxied/`,
		namespace: "default",
		options: async () => ({
			proxied: false,
			headers: { authorization: "Bearer token" },
		}),
	});
});
afterEach(() => {
	server.close();
	server.closeAllConnections();
});

describe("a request", () => {
	test("goes below the server's own path, with credentials, and says how long its body is", async () => {
		await send({ method: "DELETE", path: "/api/v1/x?a=b", body: { ü: 1 } });
		const [{ request, body } = { request: undefined, body: "" }] = asked;
		expect(request?.method).toBe("DELETE");
		expect(request?.url).toBe("/proxied/api/v1/x?a=b");
		expect(request?.headers).toMatchObject({
			authorization: "Bearer token",
			"content-type": "application/json",
			"content-length": "8",
		});
		expect(body).toBe('{"ü":1}');
	});

	test("is made again when the server has too much to do, and only then", async () => {
		answers = [
			{ status: 429, body: "{}" },
			{ status: 200, body: '{"kind":"Pod"}' },
		];
		expect(await send({ method: "POST", path: "/", body: {} })).toEqual({
			kind: "Pod",
		});
		expect(asked).toHaveLength(2);
	});

	test("that is refused fails with the server's words", async () => {
		answers = [
			{
				status: 409,
				body: JSON.stringify({
					message: 'configmaps "a" already exists',
					reason: "AlreadyExists",
					details: { kind: "configmaps" },
				}),
			},
		];
		const error = await send({ method: "POST", path: "/", body: {} }).catch(
			(caught: unknown) => caught,
		);
		expect(error).toBeInstanceOf(ApiError);
		expect(error).toMatchObject({
			message: 'configmaps "a" already exists',
			status: 409,
			reason: "AlreadyExists",
			about: "configmaps",
		});
		expect(asked).toHaveLength(1);
	});

	test("answered by something that is no API server fails with the status", async () => {
		answers = [{ status: 502, body: "<html>" }];
		await expect(send({ method: "GET", path: "/" })).rejects.toMatchObject({
			message: "the API server answered 502",
			status: 502,
		});
	});
});

test("a connection that breaks in the middle of an answer is a failure of that request alone", async () => {
	server.removeAllListeners("request");
	server.on("request", (_, response) => {
		response.writeHead(200, { "content-length": "100" }).write("{");
		setTimeout(() => response.socket?.resetAndDestroy(), 20);
	});
	await expect(send({ method: "POST", path: "/" })).rejects.toThrow(
		/^no Kubernetes API server answers at http:\/\/127\.0\.0\.1:\d+\/proxied\/: aborted$/,
	);
	await new Promise((settle) => setTimeout(settle, 50));
});

test("an address where nothing listens is named", async () => {
	server.close();
	server.closeAllConnections();
	await once(server, "close");
	const error: unknown = await send({ method: "GET", path: "/" }).catch(
		(caught: unknown) => caught,
	);
	expect(error).toBeInstanceOf(UnreachableError);
	expect((error as Error).message).toBe(
		`no Kubernetes API server answers at ${url}/proxied/: connect ECONNREFUSED ${url.replace("http://", "")}`,
	);
});
