import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../../services/oci/clock.ts";
import { ProtocolError, RetryableError } from "../../../services/oci/errors.ts";
import {
	Transport,
	type TransportOptions,
} from "../../../services/oci/transport.ts";
import {
	type Fault,
	ociError,
	reset,
	silence,
	stalled,
	status,
	strike,
} from "./faults.ts";
import { InstantClock } from "./instant-clock.ts";
import { selfSigned } from "./self-signed.ts";

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

function transport(options: TransportOptions = {}): Transport {
	const made = new Transport({ clock, random: () => 0.5, ...options });
	transports.push(made);
	return made;
}

const short = { connect: 5_000, idle: 50, commit: 50, total: 50 };
const get = () => ({ method: "GET", url }) as const;

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
	for (const size of sizes) yield Buffer.alloc(size);
}

describe.each([408, 429, 500, 502, 503, 504])("status %i", (code) => {
	test("is tried again", async () => {
		faults.push({ path: /./, action: status(code), times: 2 });
		const { body } = await transport().send(get(), 100);
		expect(body.toString()).toBe("answer");
		expect(seen).toHaveLength(3);
	});

	test("is given up on after six tries, with what the registry said", async () => {
		const body = ociError("UNKNOWN", "disk full");
		faults.push({ path: /./, action: status(code, { body }), times: 99 });
		await expect(transport().send(get(), 100)).rejects.toThrow(
			`GET ${url.href} was refused with status ${code}, UNKNOWN: disk full; given up after 6 tries`,
		);
		expect(seen).toHaveLength(6);
	});
});

test.each([400, 401, 403, 404, 405, 501])(
	"status %i is an answer",
	async (code) => {
		faults.push({ path: /./, action: status(code), times: 99 });
		expect(await transport().send(get(), 100)).toMatchObject({ status: code });
		expect(seen).toHaveLength(1);
	},
);

test("a 500 that carries a refusal is an answer", async () => {
	const body = ociError("NAME_INVALID");
	faults.push({ path: /./, action: status(500, { body }), times: 99 });
	expect(await transport().send(get(), 100)).toMatchObject({ status: 500 });
	expect(seen).toHaveLength(1);
});

test("a broken connection is tried again", async () => {
	faults.push({ path: /./, action: reset, times: 3 });
	expect(await transport().send(get(), 100)).toMatchObject({ status: 200 });
	expect(seen).toHaveLength(4);
});

test("a refused connection is given up on with the system's word for it", async () => {
	const closed = createServer();
	await new Promise<void>((up) => closed.listen(0, "127.0.0.1", up));
	const { port } = closed.address() as AddressInfo;
	await new Promise((down) => closed.close(down));
	await expect(
		transport().send(
			{ method: "GET", url: new URL(`http://127.0.0.1:${port}/v2/`) },
			100,
		),
	).rejects.toThrow(
		`GET http://127.0.0.1:${port}/v2/ failed: ECONNREFUSED connect ECONNREFUSED 127.0.0.1:${port}; given up after 6 tries`,
	);
});

test("waits double, from a jitter of at most one second up to thirty", async () => {
	faults.push({ path: /./, action: status(500), times: 99 });
	const attempts = 8;
	const retry = {
		attempts,
		baseMs: 1_000,
		maxBackoffMs: 30_000,
		maxRetryAfterMs: 300_000,
	};
	await expect(transport({ retry }).send(get(), 100)).rejects.toThrow(
		RetryableError,
	);
	expect(clock.sleeps).toEqual([
		500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
	]);
});

test("each wait is told, so that a log can explain a slow run", async () => {
	faults.push({ path: /./, action: status(500) });
	const told: unknown[] = [];
	await transport({ onRetry: (retry) => told.push(retry) }).send(get(), 100);
	expect(told).toEqual([
		{
			what: `GET ${url.href}`,
			attempt: 1,
			delayMs: 500,
			reason: `GET ${url.href} was refused with status 500`,
		},
	]);
});

describe("Retry-After", () => {
	test("in seconds is waited for", async () => {
		const headers = { "retry-after": "17" };
		faults.push({ path: /./, action: status(429, { headers }) });
		await transport().send(get(), 100);
		expect(clock.sleeps).toEqual([17_000]);
	});

	test("as a date is waited for", async () => {
		const headers = {
			"retry-after": new Date(clock.now() + 42_000).toUTCString(),
		};
		faults.push({ path: /./, action: status(503, { headers }) });
		await transport().send(get(), 100);
		expect(clock.sleeps).toEqual([42_000]);
	});

	test("beyond five minutes ends the request at once", async () => {
		const headers = { "retry-after": "3600" };
		faults.push({ path: /./, action: status(429, { headers }), times: 99 });
		await expect(transport().send(get(), 100)).rejects.toThrow(
			`GET ${url.href} was refused with status 429; it asks to wait 3600 s, a run waits at most 300 s`,
		);
		expect(seen).toHaveLength(1);
	});

	test("holds back all requests to the host, and no other host", async () => {
		const headers = { "retry-after": "60" };
		faults.push({ path: /first/, action: status(429, { headers }) });
		const manual = new ManualClock();
		const http = transport({ clock: manual });
		const ask = (path: string, host = url) =>
			http.send({ method: "GET", url: new URL(path, host) }, 100);
		const first = ask("first");
		await expect.poll(() => manual.sleeping).toBe(1);
		const second = ask("second");
		await expect.poll(() => manual.sleeping).toBe(2);
		await ask("other", new URL(url.href.replace("127.0.0.1", "localhost")));
		expect(seen).toEqual(["GET /v2/first", "GET /v2/other"]);
		manual.advance(60_000);
		await Promise.all([first, second]);
		expect(seen.slice(2).toSorted()).toEqual([
			"GET /v2/first",
			"GET /v2/second",
		]);
	});
});

test("a storm of 429 on every path costs each path one more request for each time", async () => {
	const paths = Array.from({ length: 40 }, (_, i) => `p${i}`);
	for (const path of paths) {
		faults.push({
			path: new RegExp(`/${path}$`),
			action: status(429),
			times: 2,
		});
	}
	const http = transport();
	await Promise.all(
		paths.map((path) =>
			http.send({ method: "GET", url: new URL(path, url) }, 100),
		),
	);
	expect(seen).toHaveLength(40 * 3);
});

test("no more requests are under way to a host than its limit", async () => {
	let under = 0;
	let most = 0;
	faults.push({
		path: /./,
		times: 99,
		action: async () => {
			most = Math.max(most, ++under);
			await new Promise((resolve) => setTimeout(resolve, 5));
			under--;
			return false;
		},
	});
	const http = transport({ concurrencyPerHost: 3 });
	await Promise.all(Array.from({ length: 20 }, () => http.send(get(), 100)));
	expect(most).toBe(3);
});

describe("a server that stalls", () => {
	const once = { attempts: 1, baseMs: 1, maxBackoffMs: 1, maxRetryAfterMs: 1 };

	test("before it answers is given up on", async () => {
		faults.push({ path: /./, action: silence });
		await expect(
			transport({ timeouts: short, retry: once }).send(get(), 100),
		).rejects.toThrow(
			`GET ${url.href} took longer than 50 ms; given up after 1 tries`,
		);
	});

	test("in the middle of an answer is asked again", async () => {
		faults.push({ path: /./, action: stalled(Buffer.from("ans"), 6) });
		const { body } = await transport({ timeouts: short }).send(get(), 100);
		expect(body.toString()).toBe("answer");
	});

	test("in the middle of a stream breaks it", async () => {
		faults.push({ path: /./, action: stalled(Buffer.from("ans"), 6) });
		const answer = await transport({ timeouts: short }).open(get());
		if (!("stream" in answer)) throw new Error("expected a stream");
		await expect(readAll(answer.stream)).rejects.toThrow(
			`GET ${url.href} failed: UND_ERR_BODY_TIMEOUT Body Timeout Error`,
		);
	});

	test("after it took an upload is given up on", async () => {
		faults.push({ path: /./, action: silence });
		await expect(
			transport({ timeouts: short }).upload(
				{ method: "PUT", url },
				chunks(5, 5),
				10,
			),
		).rejects.toThrow(`PUT ${url.href} was sent and not answered within 50 ms`);
	});

	test("for longer than between two chunks may still commit an upload", async () => {
		faults.push({
			path: /./,
			action: async (request, response) => {
				request.resume();
				// Longer than the idle time, rounded up as undici's own clock does it.
				await new Promise((resolve) => setTimeout(resolve, 2_500));
				response.end();
				return true;
			},
		});
		const timeouts = { ...short, commit: 60_000 };
		const { status } = await transport({ timeouts }).upload(
			{ method: "PUT", url },
			chunks(5),
			5,
		);
		expect(status).toBe(200);
	});

	test("never, is given all the time it needs", async () => {
		async function* slow(): AsyncGenerator<Uint8Array> {
			for (let i = 0; i < 6; i++) {
				await new Promise((resolve) => setTimeout(resolve, 400));
				yield Buffer.alloc(1);
			}
		}
		const timeouts = { ...short, idle: 1_500, commit: 60_000 };
		const { status } = await transport({ timeouts }).upload(
			{ method: "PUT", url },
			slow(),
			6,
		);
		expect(status).toBe(200);
	});

	test("because its own source stalls, is given up on", async () => {
		async function* stalling(): AsyncGenerator<Uint8Array> {
			yield Buffer.alloc(5);
			await new Promise((resolve) => setTimeout(resolve, 500).unref());
			yield Buffer.alloc(5);
		}
		await expect(
			transport({ timeouts: short }).upload(
				{ method: "PUT", url },
				stalling(),
				10,
			),
		).rejects.toThrow(`PUT ${url.href} did not move for 50 ms`);
	});
});

test("an answer longer than its limit is refused and not asked for again", async () => {
	await expect(transport().send(get(), 5)).rejects.toThrow(
		new ProtocolError(`GET ${url.href} was answered with more than 5 bytes`),
	);
	expect(seen).toHaveLength(1);
});

test("an endless error page costs no more than its start", async () => {
	faults.push({
		path: /./,
		action: (_request, response) => {
			response.writeHead(404);
			const more = () => {
				while (!response.destroyed && response.write(Buffer.alloc(65_536)));
				response.once("drain", more);
			};
			more();
			return true;
		},
	});
	const { body } = await transport().send(get(), 100);
	expect(body.byteLength).toBe(65_536);
});

describe("an upload", () => {
	test("sends its length and its bytes", async () => {
		const lengths: (string | undefined)[] = [];
		faults.push({
			path: /./,
			action: (request) => {
				lengths.push(request.headers["content-length"]);
				return false;
			},
		});
		const answer = await transport().upload(
			{ method: "PUT", url },
			chunks(3, 0, 4),
			7,
		);
		expect(answer.status).toBe(200);
		expect(lengths).toEqual(["7"]);
	});

	test("is not tried again: its content is gone", async () => {
		faults.push({ path: /./, action: reset, times: 99 });
		await expect(
			transport().upload({ method: "PUT", url }, chunks(1), 1),
		).rejects.toThrow(RetryableError);
		expect(seen).toHaveLength(1);
	});

	test("fails with the error of its content", async () => {
		const broken = new RetryableError("the source broke");
		async function* content(): AsyncGenerator<Uint8Array> {
			yield Buffer.alloc(1);
			throw broken;
		}
		await expect(
			transport().upload({ method: "PUT", url }, content(), 2),
		).rejects.toBe(broken);
	});

	test("that is refused half way is an answer, and the content is let go", async () => {
		faults.push({ path: /./, action: status(413) });
		let isOpen = true;
		async function* endless(): AsyncGenerator<Uint8Array> {
			try {
				for (;;) yield Buffer.alloc(65_536);
			} finally {
				isOpen = false;
			}
		}
		const answer = await transport().upload(
			{ method: "PUT", url },
			endless(),
			1e12,
		);
		expect(answer.status).toBe(413);
		await expect.poll(() => isOpen).toBe(false);
	});
});

test("HEAD requests do not close their connections", async () => {
	const http = transport();
	for (let i = 0; i < 20; i++) await http.send({ method: "HEAD", url }, 100);
	// Two, since the pool may not know yet that the first is free again.
	expect(connections.size).toBeLessThanOrEqual(2);
});

test("an aborted transport starts nothing and waits for nothing", async () => {
	const abort = new AbortController();
	const http = transport({ signal: abort.signal });
	const reason = new Error("stopped");
	faults.push({
		path: /./,
		action: () => {
			abort.abort(reason);
			return true;
		},
	});
	await expect(http.send(get(), 100)).rejects.toBe(reason);
	await expect(http.send(get(), 100)).rejects.toBe(reason);
	await expect(http.open(get())).rejects.toBe(reason);
	expect(seen).toHaveLength(1);
});

test("a certificate that is not trusted is refused once, and the message names the host", async () => {
	let tried = 0;
	const tls = createTlsServer(selfSigned()).on("connection", () => tried++);
	await new Promise<void>((up) => tls.listen(0, "127.0.0.1", up));
	const host = `127.0.0.1:${(tls.address() as AddressInfo).port}`;
	await expect(
		transport().send(
			{ method: "GET", url: new URL(`https://${host}/v2/`) },
			100,
		),
	).rejects.toThrow(
		`; the certificate of ${host} must be valid for that name and signed by a trusted authority`,
	);
	expect(tried).toBe(1);
	await new Promise((down) => tls.close(down));
});

test("https to a port that speaks http is refused once", async () => {
	const https = new URL(url.href.replace("http:", "https:"));
	await expect(
		transport().send({ method: "GET", url: https }, 100),
	).rejects.toThrow(
		`; expected TLS at ${url.host}, use an http:// URL if it has none`,
	);
});

/** A clock that stands still until it is moved. */
class ManualClock implements Clock {
	#now = 0;
	#sleepers: { readonly until: number; readonly wake: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	get sleeping(): number {
		return this.#sleepers.length;
	}

	sleep(milliseconds: number): Promise<void> {
		const until = this.#now + milliseconds;
		return new Promise((wake) => this.#sleepers.push({ until, wake }));
	}

	advance(milliseconds: number): void {
		this.#now += milliseconds;
		const due = this.#sleepers.filter(({ until }) => until <= this.#now);
		this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
		for (const { wake } of due) wake();
	}
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const read: Uint8Array[] = [];
	for await (const chunk of stream) read.push(chunk);
	return Buffer.concat(read);
}
