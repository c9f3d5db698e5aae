import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { RetryableError } from "../../../services/oci/errors.ts";
import { Registry } from "../../../services/oci/registry.ts";
import { resumedBlob } from "../../../services/oci/resumed-blob.ts";
import { Transport } from "../../../services/oci/transport.ts";
import { APP, copyHarness } from "./copy-harness.ts";
import { type Action, content, status } from "./faults.ts";
import { blob, image, push } from "./images.ts";
import { RegistryServer } from "./registry-server.ts";

const harness = copyHarness();

const MIB = 1024 * 1024;
const layer = blob(randomBytes(6 * MIB));
const size = layer.bytes.byteLength;
const app = image([layer]);
const copy = { ...APP, reference: app.digest, tag: "1.0.0" };
const layerPath = new RegExp(`/blobs/${layer.digest}$`);

/** Sends the blob from where it was asked for on, and breaks off at `end`. */
const brokenAt =
	(end: number): Action =>
	(request, response) => {
		const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
		const from = Number(range?.[1] ?? 0);
		if (range) {
			response.statusCode = 206;
			response.setHeader("content-range", `bytes ${from}-${size - 1}/${size}`);
		}
		response.setHeader("content-length", size - from);
		response.write(layer.bytes.subarray(from, end), () =>
			request.socket.destroy(),
		);
		return true;
	};

/** Copies the image and tells what was asked of both ends for its layer. */
async function copied(...actions: readonly Action[]) {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	for (const action of actions) {
		source.faults.push({ method: "GET", path: layerPath, action });
	}
	await copier().copy(copy);
	// Not toEqual, which takes seconds for so many bytes.
	expect(destination.blobs.get(layer.digest)?.equals(layer.bytes)).toBe(true);
	return {
		ranges: source.seen
			.filter(
				({ method, path }) => method === "GET" && path.endsWith(layer.digest),
			)
			.map(({ range }) => range),
		uploads: destination.seen.filter(({ method, path }) => {
			return (
				method === "PUT" && path.includes(encodeURIComponent(layer.digest))
			);
		}).length,
	};
}

const offsetOf = (range: string | undefined) =>
	Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]);

describe("a transfer that breaks in the middle", () => {
	test("goes on where it stopped, into the same upload", async () => {
		const { ranges, uploads } = await copied(brokenAt(3 * MIB));
		expect(ranges).toEqual([undefined, expect.any(String)]);
		expect(offsetOf(ranges[1])).toBeGreaterThanOrEqual(2 * MIB);
		expect(offsetOf(ranges[1])).toBeLessThanOrEqual(3 * MIB);
		expect(uploads).toBe(1);
	});

	test("goes on as often as it has come further", async () => {
		const { ranges, uploads } = await copied(
			brokenAt(2 * MIB),
			brokenAt(4 * MIB),
		);
		expect(ranges).toHaveLength(3);
		expect(offsetOf(ranges[2])).toBeGreaterThan(offsetOf(ranges[1]));
		expect(uploads).toBe(1);
	});

	test("begins anew when hardly anything had come", async () => {
		const { ranges, uploads } = await copied(brokenAt(MIB / 2));
		expect(ranges).toEqual([undefined, undefined]);
		expect(uploads).toBe(2);
	});

	test("begins anew when hardly anything came after it went on", async () => {
		const { ranges, uploads } = await copied(
			brokenAt(3 * MIB),
			brokenAt(3 * MIB + 1),
		);
		expect(ranges).toEqual([undefined, expect.any(String), undefined]);
		expect(uploads).toBe(2);
	});

	test("waits as long as the source asks before it goes on", async () => {
		const { ranges, uploads } = await copied(
			brokenAt(3 * MIB),
			status(429, { headers: { "retry-after": "7" } }),
		);
		expect(ranges).toEqual([undefined, ranges[1], ranges[1]]);
		expect(harness.clock.sleeps).toEqual([7_000]);
		expect(uploads).toBe(1);
	});
});

describe("the rest of a blob", () => {
	test.each<[string, Action]>([
		["all of it", content(layer.bytes)],
		[
			"another part",
			content(layer.bytes, { "content-range": `bytes 0-${size - 1}/${size}` }),
		],
		["a part that is not named", partial(undefined)],
		["a part of something else", partial(`bytes 0-${size}/${size + 1}`)],
	])("is not %s: the transfer begins anew", async (_, action) => {
		const { ranges, uploads } = await copied(brokenAt(3 * MIB), action);
		expect(ranges).toEqual([undefined, expect.any(String), undefined]);
		expect(uploads).toBe(2);
	});

	test("is told by its range alone", async () => {
		const { source } = harness;
		await push(source.url, "team/app", app);
		source.faults.push({ path: layerPath, action: content(layer.bytes) });
		const transport = new Transport({ clock: harness.clock });
		const registry = new Registry({ url: source.url, transport });
		const reading = { rest: { offset: MIB, size } };
		try {
			await expect(
				registry.getBlob("team/app", layer.digest, reading),
			).rejects.toThrow(
				new RetryableError(
					`GET ${source.url}/v2/team/app/blobs/${layer.digest} was asked for 'bytes 1048576-6291455/6291456' and answered with status 200 and ''`,
				),
			);
			const { discard } = await registry.getBlob(
				"team/app",
				layer.digest,
				reading,
			);
			discard();
		} finally {
			await transport.close();
		}
	});

	test("that belongs to another blob never completes the upload", async () => {
		const { uploads } = await copied(brokenAt(3 * MIB), (request, response) => {
			const from = offsetOf(request.headers.range);
			response
				.writeHead(206, {
					"content-length": size - from,
					"content-range": `bytes ${from}-${size - 1}/${size}`,
				})
				.end(Buffer.alloc(size - from));
			return true;
		});
		expect(uploads).toBe(2);
	});

	test("is asked for where a redirect leads, without the token", async () => {
		const account = { username: "promoter", password: "s3cret" };
		const storage = await new RegistryServer().start();
		const transport = new Transport({ clock: harness.clock });
		try {
			const { source } = harness;
			await push(storage.url, "team/app", app);
			source.auth = account;
			source.faults.push({
				path: layerPath,
				// The first is only challenged.
				from: 2,
				times: 2,
				action: status(307, {
					headers: {
						location: `${storage.url}/v2/team/app/blobs/${layer.digest}`,
					},
				}),
			});
			storage.faults.push({ path: layerPath, action: brokenAt(3 * MIB) });
			storage.seen.length = 0;
			const registry = new Registry({
				url: source.url,
				credentials: async () => account,
				transport,
			});
			const { unverified } = await resumedBlob(
				registry,
				"team/app",
				{ digest: layer.digest, size },
				{ lent: true },
			);
			const read: Buffer[] = [];
			for await (const chunk of unverified) read.push(Buffer.from(chunk));
			expect(Buffer.concat(read).equals(layer.bytes)).toBe(true);
			expect(storage.seen.map(({ authorization }) => authorization)).toEqual([
				undefined,
				undefined,
			]);
			expect(storage.seen[1]?.range).toMatch(/^bytes=[0-9]{7}-$/);
		} finally {
			await transport.close();
			await storage.stop();
		}
	});
});

function partial(range: string | undefined): Action {
	return (_request, response) => {
		response
			.writeHead(206, {
				"content-length": size,
				...(range && { "content-range": range }),
			})
			.end(layer.bytes);
		return true;
	};
}
