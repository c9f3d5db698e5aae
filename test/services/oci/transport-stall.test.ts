import { describe, expect, test } from "vitest";
import { silence, stalled } from "./faults.ts";
import { chunks, transportHarness } from "./transport-harness.ts";

const harness = transportHarness();

const short = { connect: 5_000, idle: 50, commit: 50, total: 50 };

describe("a server that stalls", () => {
	const once = { attempts: 1, baseMs: 1, maxBackoffMs: 1, maxRetryAfterMs: 1 };

	test("before it answers is given up on", async () => {
		const { url, faults, transport, get } = harness;
		faults.push({ path: /./, action: silence });
		await expect(
			transport({ timeouts: short, retry: once }).send(get(), 100),
		).rejects.toThrow(
			`GET ${url.href} took longer than 50 ms; given up after 1 tries`,
		);
	});

	test("in the middle of an answer is asked again", async () => {
		const { faults, transport, get } = harness;
		faults.push({ path: /./, action: stalled(Buffer.from("ans"), 6) });
		const { body } = await transport({ timeouts: short }).send(get(), 100);
		expect(body.toString()).toBe("answer");
	});

	test("in the middle of a stream breaks it", async () => {
		const { url, faults, transport, get } = harness;
		faults.push({ path: /./, action: stalled(Buffer.from("ans"), 6) });
		const answer = await transport({ timeouts: short }).open(get());
		if (!("stream" in answer)) throw new Error("expected a stream");
		await expect(readAll(answer.stream)).rejects.toThrow(
			`GET ${url.href} failed: UND_ERR_BODY_TIMEOUT Body Timeout Error`,
		);
	});

	test("after it took an upload is given up on", async () => {
		const { url, faults, transport } = harness;
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
		const { url, faults, transport } = harness;
		faults.push({
			path: /./,
			action: async (request, response) => {
				request.resume();
				// Longer than the idle time, rounded up to two ticks of half a second by undici's own clock.
				await new Promise((resolve) => setTimeout(resolve, 1_500));
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
		const { url, transport } = harness;
		async function* slow(): AsyncGenerator<Uint8Array> {
			for (let i = 0; i < 8; i++) {
				await new Promise((resolve) => setTimeout(resolve, 180));
				yield Buffer.alloc(1);
			}
		}
		const timeouts = { ...short, idle: 700, commit: 60_000 };
		const { status } = await transport({ timeouts }).upload(
			{ method: "PUT", url },
			slow(),
			8,
		);
		expect(status).toBe(200);
	});

	test("because its own source stalls, is given up on", async () => {
		const { url, transport } = harness;
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

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const read: Uint8Array[] = [];
	for await (const chunk of stream) read.push(chunk);
	return Buffer.concat(read);
}
