import { randomBytes } from "node:crypto";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { ProtocolError, RetryableError } from "../../../services/oci/errors.ts";
import type { Request } from "../../../services/oci/http.ts";
import type { Transport } from "../../../services/oci/transport.ts";
import { content, reset, silence, stalled, status } from "./faults.ts";
import { sha256 } from "./images.ts";
import { selfSigned } from "./self-signed.ts";
import { transportHarness } from "./transport-harness.ts";

const harness = transportHarness();

const LENT = { lent: true };
const large = randomBytes(5 * 1024 * 1024);
const once = { attempts: 1, baseMs: 1, maxBackoffMs: 1, maxRetryAfterMs: 1 };
const short = { connect: 5_000, idle: 50, commit: 50, total: 50 };

let servers: Server[] = [];
afterEach(async () => {
	for (const server of servers) {
		await new Promise((down) => server.close(down));
	}
	servers = [];
});

/** A request to a server that sends this text, whatever it is asked, and closes. */
async function getFrom(text: string): Promise<Request> {
	const server = createServer((socket) => {
		socket.on("error", () => {}).once("data", () => socket.end(text));
	});
	await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
	servers.push(server);
	const { port } = server.address() as AddressInfo;
	return { method: "GET", url: new URL(`http://127.0.0.1:${port}/blob`) };
}

/** Reads an answer whose chunks are taken back; `pause` is waited for with each one. */
async function read(
	http: Transport,
	request: Request,
	pause = async () => {},
): Promise<Buffer> {
	const answer = await http.open(request, LENT);
	if (!("stream" in answer)) throw new Error(`answered ${answer.status}`);
	const chunks: Buffer[] = [];
	for await (const chunk of answer.stream) {
		await pause();
		chunks.push(Buffer.from(chunk));
	}
	return Buffer.concat(chunks);
}

/** The bytes of `large`, all in the same few KiB of memory. */
async function* reused(): AsyncGenerator<Uint8Array> {
	const memory = Buffer.alloc(300_000);
	for (let at = 0; at < large.byteLength; at += memory.byteLength) {
		const length = large.copy(memory, 0, at);
		yield memory.subarray(0, length);
	}
}

const turn = () => new Promise<void>((next) => setImmediate(next));

describe("an answer whose chunks are lent", () => {
	test("arrives whole, also when it is read slowly", async () => {
		const { faults, transport, get } = harness;
		faults.push({ path: /./, action: content(large), times: 2 });
		expect((await read(transport(), get())).equals(large)).toBe(true);
		expect((await read(transport(), get(), turn)).equals(large)).toBe(true);
	});

	test("may be read more slowly than its server may be", async () => {
		const { faults, transport, get } = harness;
		faults.push({ path: /./, action: content(large) });
		let pauses = 0;
		const http = transport({ timeouts: { ...short, idle: 500 } });
		const slowly = async () => {
			if (pauses++ === 0) await new Promise((done) => setTimeout(done, 700));
		};
		expect((await read(http, get(), slowly)).equals(large)).toBe(true);
	});

	test("is asked for again in another way when its length is not told", async () => {
		const { faults, seen, transport, get } = harness;
		faults.push({
			path: /./,
			times: 2,
			action: (_request, response) => {
				response.write("in ");
				response.end("chunks");
				return true;
			},
		});
		const body = await read(transport(), get());
		expect(body.toString()).toBe("in chunks");
		expect(seen).toHaveLength(2);
	});

	test("that stalls in the middle breaks", async () => {
		const { url, faults, transport, get } = harness;
		faults.push({ path: /./, action: stalled(Buffer.from("ans"), 6) });
		await expect(read(transport({ timeouts: short }), get())).rejects.toThrow(
			new RetryableError(`GET ${url.href} did not move for 50 ms`),
		);
	});

	test("that ends early breaks", async () => {
		const request = await getFrom(
			"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nans",
		);
		await expect(read(harness.transport(), request)).rejects.toThrow(
			new RetryableError(
				`GET ${request.url.href} was answered with 6 bytes less than announced`,
			),
		);
	});

	test("that breaks off is tried again until its body begins", async () => {
		const { faults, seen, transport, get } = harness;
		faults.push({ path: /./, action: reset, times: 2 });
		faults.push({ path: /./, action: status(503) });
		faults.push({ path: /./, action: content(Buffer.from("answer")) });
		expect((await read(transport(), get())).toString()).toBe("answer");
		expect(seen).toHaveLength(4);
	});

	test("is one of the requests that a host's limit counts", async () => {
		const { faults, transport, get } = harness;
		faults.push({ path: /./, action: silence });
		const http = transport({
			concurrencyPerHost: 1,
			timeouts: { ...short, total: 5_000 },
			retry: once,
		});
		const first = http.open(get(), LENT);
		const second = http.send(get(), 100);
		await expect(first).rejects.toThrow("did not move for 50 ms");
		expect((await second).status).toBe(200);
	});

	test("that nobody reads ends with its transport", async () => {
		const { faults, transport, get } = harness;
		let isOpen = true;
		faults.push({
			path: /./,
			action: (request, response) => {
				request.socket.once("close", () => {
					isOpen = false;
				});
				return stalled(Buffer.from("ans"), 6)(request, response);
			},
		});
		const http = transport();
		await http.open(get(), LENT);
		await http.close();
		await expect.poll(() => isOpen).toBe(false);
	});

	test("ends with the reason of an aborted transport", async () => {
		const { faults, transport, get } = harness;
		const abort = new AbortController();
		const reason = new Error("the job was stopped");
		faults.push({
			path: /./,
			action: () => {
				abort.abort(reason);
				return true;
			},
		});
		const http = transport({ signal: abort.signal });
		await expect(http.open(get(), LENT)).rejects.toBe(reason);
		await expect(http.open(get(), LENT)).rejects.toBe(reason);
	});

	test("may come after an interim one", async () => {
		const request = await getFrom(
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
		);
		expect((await read(harness.transport(), request)).toString()).toBe("ok");
	});

	test.each([
		["no HTTP", "SSH-2.0-x\r\n\r\n", "something else than HTTP/1"],
		["HTTP/2", "HTTP/2 200\r\n\r\n", "something else than HTTP/1"],
		[
			"a header with a space",
			"HTTP/1.1 200 OK\r\nContent Length: 1\r\n\r\nx",
			"something else than HTTP/1",
		],
		[
			"endless headers",
			`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}`,
			"headers of more than 65536 bytes",
		],
	])("is not %s", async (_, text, problem) => {
		const request = await getFrom(text);
		await expect(harness.transport().open(request, LENT)).rejects.toThrow(
			new ProtocolError(`GET ${request.url.href} was answered with ${problem}`),
		);
	});

	test("is not asked for with a header that would write others", async () => {
		const { seen, transport, get } = harness;
		const headers = { authorization: "Bearer a\r\nx: y" };
		await expect(transport().open({ ...get(), headers }, LENT)).rejects.toThrow(
			new ProtocolError(
				"the value of header 'authorization' is not ASCII text",
			),
		);
		expect(seen).toEqual([]);
	});

	test("is none when the connection is closed before", async () => {
		const request = await getFrom("HTTP/1.1 200 OK\r\n");
		await expect(
			harness.transport({ retry: once }).open(request, LENT),
		).rejects.toThrow(
			`GET ${request.url.href} failed: the connection was closed without an answer; given up after 1 tries`,
		);
	});
});

describe("an upload whose chunks are lent", () => {
	const put = () => ({ method: "PUT", url: harness.url }) as const;

	test("has sent each one before it asks for the next", async () => {
		const { faults, transport } = harness;
		let received: Buffer | undefined;
		faults.push({
			path: /./,
			action: async (request, response) => {
				await turn();
				received = await buffer(request);
				response.end();
				return true;
			},
		});
		const size = large.byteLength;
		const answer = await transport().upload(put(), reused(), size, LENT);
		expect(answer.status).toBe(200);
		expect(received?.equals(large)).toBe(true);
	});

	test("that is refused half way is an answer, and the content is let go", async () => {
		const { faults, transport } = harness;
		faults.push({ path: /./, action: status(413) });
		let isOpen = true;
		async function* endless(): AsyncGenerator<Uint8Array> {
			try {
				for (;;) yield Buffer.alloc(65_536);
			} finally {
				isOpen = false;
			}
		}
		const answer = await transport().upload(put(), endless(), 1e12, LENT);
		expect(answer.status).toBe(413);
		await expect.poll(() => isOpen).toBe(false);
	});

	test("fails with the error of its content", async () => {
		const broken = new RetryableError("the source broke");
		async function* content(): AsyncGenerator<Uint8Array> {
			yield Buffer.alloc(1);
			throw broken;
		}
		await expect(
			harness.transport().upload(put(), content(), 2, LENT),
		).rejects.toBe(broken);
	});

	test("that is not taken any further is given up on", async () => {
		const { url, faults, transport } = harness;
		faults.push({
			path: /./,
			action: (request) => {
				request.pause();
				return true;
			},
		});
		const http = transport({ timeouts: short });
		async function* endless(): AsyncGenerator<Uint8Array> {
			for (;;) yield Buffer.alloc(1_000_000);
		}
		await expect(http.upload(put(), endless(), 1e12, LENT)).rejects.toThrow(
			new RetryableError(`PUT ${url.href} did not move for 50 ms`),
		);
	});

	test("that is not answered is given up on", async () => {
		const { url, faults, transport } = harness;
		faults.push({ path: /./, action: silence });
		const http = transport({ timeouts: { ...short, idle: 5_000 } });
		const size = large.byteLength;
		await expect(http.upload(put(), reused(), size, LENT)).rejects.toThrow(
			new RetryableError(
				`PUT ${url.href} was sent and not answered within 50 ms`,
			),
		);
	});

	test("whose connection breaks is not tried again", async () => {
		const { faults, seen, transport } = harness;
		faults.push({ path: /./, action: reset, times: 99 });
		await expect(
			transport().upload(put(), reused(), large.byteLength, LENT),
		).rejects.toThrow(RetryableError);
		expect(seen).toHaveLength(1);
	});
});

describe("over TLS", () => {
	const trusted = getCACertificates();
	afterEach(() => setDefaultCACertificates(trusted));

	/** A server that answers PUT with the digest of what it got, and GET with `large`. */
	async function startTls(certificate = selfSigned()): Promise<Request> {
		const server = createTlsServer(certificate, async (request, response) => {
			const body = await buffer(request);
			response.end(request.method === "PUT" ? sha256(body) : large);
		});
		await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
		servers.push(server);
		const { port } = server.address() as AddressInfo;
		return { method: "GET", url: new URL(`https://127.0.0.1:${port}/blob`) };
	}

	test("a certificate that is not trusted is refused, and the message names the host", async () => {
		const request = await startTls();
		const refused = harness.transport().open(request, LENT);
		await expect(refused).rejects.toThrow(ProtocolError);
		await expect(refused).rejects.toThrow(
			`; the certificate of ${request.url.host} must be valid for that name and signed by a trusted authority`,
		);
	});

	test("large bodies arrive whole in both directions", async () => {
		const certificate = selfSigned();
		setDefaultCACertificates([...trusted, certificate.cert]);
		const request = await startTls(certificate);
		const http = harness.transport();
		expect((await read(http, request)).equals(large)).toBe(true);
		expect((await read(http, request, turn)).equals(large)).toBe(true);
		const size = large.byteLength;
		const put = { ...request, method: "PUT" } as const;
		const { body } = await http.upload(put, reused(), size, LENT);
		expect(body.toString()).toBe(sha256(large));
	});
});
