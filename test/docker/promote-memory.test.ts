import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	blob,
	descriptorOf,
	image,
	manifest,
	OCI,
	push,
} from "../services/oci/images.ts";
import { setUpPromoter } from "./promote-harness.ts";
import { entry } from "./promoter-process.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const CHUNK = Buffer.alloc(1024 * 1024, "layer");
const CHUNKS = 1024;

let source: RunningRegistry;
let destination: RunningRegistry;

beforeAll(async () => {
	source = await startRegistry();
	destination = await startRegistry();
});
afterAll(async () => {
	await source?.stop();
	await destination?.stop();
});

/** Pushes a layer of 1 GiB without ever having it in memory. */
async function pushLarge(repository: string) {
	const sha256 = createHash("sha256");
	for (let i = 0; i < CHUNKS; i++) sha256.update(CHUNK);
	const digest = `sha256:${sha256.digest("hex")}`;
	const uploads = `${source.url}/v2/${repository}/blobs/uploads/`;
	const opened = await fetch(uploads, { method: "POST" });
	const session = new URL(opened.headers.get("location") ?? "");
	session.searchParams.set("digest", digest);
	let sent = 0;
	const body = new ReadableStream({
		pull: (controller) => {
			if (sent++ < CHUNKS) controller.enqueue(CHUNK);
			else controller.close();
		},
	});
	const put = await fetch(session, { method: "PUT", body, duplex: "half" });
	expect(put.status).toBe(201);
	return {
		mediaType: `${OCI}.layer.v1.tar`,
		digest,
		size: CHUNK.byteLength * CHUNKS,
	};
}

test("a layer of 1 GiB takes hardly more memory than a layer of a few bytes", async () => {
	const small = image([blob("small")]);
	await push(source.url, "team/small", small);
	const layer = await pushLarge("team/large");
	const config = blob("{}", `${OCI}.config.v1+json`);
	const large = manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.manifest.v1+json`,
			config: descriptorOf(config),
			layers: [layer],
		},
		[config],
	);
	await push(source.url, "team/large", large);

	const peaks = [];
	for (const [name, { digest }] of [
		["team/small", small],
		["team/large", large],
	] as const) {
		const promoter = await setUpPromoter(
			source,
			destination,
			entry(name, digest, "1.0.0"),
		);
		const { status, stdout, stderr, peakMiB } = await promoter.run([
			"promote",
			"run",
		]);
		expect(status, stdout + stderr).toBe(0);
		peaks.push(peakMiB ?? Number.NaN);
		await promoter.remove();
	}
	const [smallMiB = Number.NaN, largeMiB = Number.NaN] = peaks;
	console.log(
		`peak memory: ${smallMiB.toFixed(0)} MiB, with 1 GiB ${largeMiB.toFixed(0)} MiB`,
	);
	expect(largeMiB - smallMiB).toBeLessThan(100);
	// What the container of the job is given.
	expect(largeMiB).toBeLessThan(256);
});
