import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { RetryableError } from "../../../services/oci/errors.ts";
import { ociError, reset, status } from "./faults.ts";
import { ManualClock } from "./manual-clock.ts";
import { transportHarness } from "./transport-harness.ts";

const harness = transportHarness();

describe.each([408, 429, 500, 502, 503, 504])("status %i", (code) => {
	test("is tried again", async () => {
		const { faults, seen, transport, get } = harness;
		faults.push({ path: /./, action: status(code), times: 2 });
		const { body } = await transport().send(get(), 100);
		expect(body.toString()).toBe("answer");
		expect(seen).toHaveLength(3);
	});

	test("is given up on after six tries, with what the registry said", async () => {
		const { url, faults, seen, transport, get } = harness;
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
		const { faults, seen, transport, get } = harness;
		faults.push({ path: /./, action: status(code), times: 99 });
		expect(await transport().send(get(), 100)).toMatchObject({ status: code });
		expect(seen).toHaveLength(1);
	},
);

test("a 500 that carries a refusal is an answer", async () => {
	const { faults, seen, transport, get } = harness;
	const body = ociError("NAME_INVALID");
	faults.push({ path: /./, action: status(500, { body }), times: 99 });
	expect(await transport().send(get(), 100)).toMatchObject({ status: 500 });
	expect(seen).toHaveLength(1);
});

test("a broken connection is tried again", async () => {
	const { faults, seen, transport, get } = harness;
	faults.push({ path: /./, action: reset, times: 3 });
	expect(await transport().send(get(), 100)).toMatchObject({ status: 200 });
	expect(seen).toHaveLength(4);
});

test("a refused connection is given up on with the system's word for it", async () => {
	const { transport } = harness;
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
	const { clock, faults, transport, get } = harness;
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
	const { url, faults, transport, get } = harness;
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
		const { clock, faults, transport, get } = harness;
		const headers = { "retry-after": "17" };
		faults.push({ path: /./, action: status(429, { headers }) });
		await transport().send(get(), 100);
		expect(clock.sleeps).toEqual([17_000]);
	});

	test("as a date is waited for", async () => {
		const { clock, faults, transport, get } = harness;
		const headers = {
			"retry-after": new Date(clock.now() + 42_000).toUTCString(),
		};
		faults.push({ path: /./, action: status(503, { headers }) });
		await transport().send(get(), 100);
		expect(clock.sleeps).toEqual([42_000]);
	});

	test("beyond five minutes ends the request at once", async () => {
		const { url, faults, seen, transport, get } = harness;
		const headers = { "retry-after": "3600" };
		faults.push({ path: /./, action: status(429, { headers }), times: 99 });
		await expect(transport().send(get(), 100)).rejects.toThrow(
			`GET ${url.href} was refused with status 429; it asks to wait 3600 s, a run waits at most 300 s`,
		);
		expect(seen).toHaveLength(1);
	});

	test("holds back all requests to the host, and no other host", async () => {
		const { url, faults, seen, transport } = harness;
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
	const { url, faults, seen, transport } = harness;
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
