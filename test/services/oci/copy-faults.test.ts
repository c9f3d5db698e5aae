import { describe, expect, test } from "vitest";
import { RegistryError, RetryableError } from "../../../services/oci/errors.ts";
import { closure } from "./closure.ts";
import { APP, copyHarness } from "./copy-harness.ts";
import {
	type Action,
	content,
	ociError,
	reset,
	status,
	truncated,
} from "./faults.ts";
import { blob, image, index, push } from "./images.ts";

const harness = copyHarness();

const layer = blob("a layer that is longer than its damaged copies");
const app = image([layer, blob("another layer")]);
const copy = { ...APP, reference: app.digest, tag: "1.0.0" };
const layerPath = new RegExp(`/blobs/${layer.digest}$`);

const damaged: readonly (readonly [string, Action])[] = [
	["truncated", truncated(layer.bytes.subarray(0, 9), layer.bytes.byteLength)],
	[
		"cut short with a Content-Length that agrees",
		content(layer.bytes.subarray(0, 9)),
	],
	[
		"longer than its descriptor",
		content(Buffer.concat([layer.bytes, layer.bytes])),
	],
	[
		"of the right length but other bytes",
		content(Buffer.alloc(layer.bytes.byteLength)),
	],
	["broken off before the first byte", reset],
];

describe.each(damaged)("a layer that arrives %s", (_, action) => {
	test("is copied again", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		source.faults.push({ method: "GET", path: layerPath, action, times: 2 });
		await copier().copy(copy);
		expect(await closure(destination.url, "team/app", "1.0.0")).toContain(
			layer.digest,
		);
	});

	test("stops the copy before the tag when it always does", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		source.faults.push({ method: "GET", path: layerPath, action, times: 99 });
		await expect(copier().copy(copy)).rejects.toThrow(RetryableError);
		expect(destination.blobs.has(layer.digest)).toBe(false);
		expect(destination.repositories.get("team/app")?.tags.size).toBe(0);
	});
});

test("damaged bytes never complete an upload", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	const bytes = Buffer.alloc(layer.bytes.byteLength);
	source.faults.push({ path: layerPath, action: content(bytes), times: 99 });
	// The destination would say DIGEST_INVALID, had it ever got all of the bytes.
	await expect(copier().copy(copy)).rejects.toThrow(
		`content of ${layer.digest} is damaged: its ${bytes.byteLength} bytes hash to ${blob(bytes).digest}; given up after 6 tries`,
	);
	expect(
		destination.seen.filter(({ path }) => /blobs.*digest/.test(path)),
	).not.toHaveLength(0);
});

test("a manifest that arrives damaged is asked for again", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	source.faults.push({
		path: new RegExp(`manifests/${app.digest}`),
		action: content(Buffer.from("{}"), { "content-type": app.mediaType }),
	});
	await copier().copy(copy);
	expect(destination.tag("team/app", "1.0.0")).toBe(app.digest);
});

test("a manifest that is another one every time stops the copy", async () => {
	const { source, writes, copier } = harness;
	await push(source.url, "team/app", app);
	source.faults.push({
		path: new RegExp(`manifests/${app.digest}`),
		action: content(Buffer.from("{}"), { "content-type": app.mediaType }),
		times: 99,
	});
	await expect(copier().copy(copy)).rejects.toThrow(
		`GET ${source.url}/v2/team/app/manifests/${app.digest} answered with a damaged manifest: expected ${app.digest}, got ${blob("{}").digest}; given up after 6 tries`,
	);
	expect(writes()).toBe(0);
});

test("a layer that is missing at the source stops its image before the tag, and no other", async () => {
	const { source, destination, copier } = harness;
	const other = image([blob("whole")]);
	await push(source.url, "team/app", index([app, other]));
	source.repositories.get("team/app")?.blobs.delete(layer.digest);
	const run = copier();
	const [failed, copied] = await Promise.allSettled([
		run.copy(copy),
		run.copy({ ...APP, reference: other.digest, tag: "2.0.0" }),
	]);
	expect(failed).toEqual({
		status: "rejected",
		reason: new RegistryError(
			`GET ${source.url}/v2/team/app/blobs/${layer.digest}`,
			404,
			[{ code: "BLOB_UNKNOWN", message: "blob unknown to registry" }],
		),
	});
	expect(copied.status).toBe("fulfilled");
	expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
	expect(await closure(destination.url, "team/app", "2.0.0")).toContain(
		other.digest,
	);
});

describe("the destination", () => {
	test("is asked again after an upload that broke", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		destination.faults.push({
			method: "PUT",
			path: /blobs\/uploads/,
			action: reset,
			times: 3,
		});
		await copier().copy(copy);
		await closure(destination.url, "team/app", "1.0.0");
	});

	test("is asked again after a 503 to an upload, not before the time it names", async () => {
		const { source, destination, clock, copier } = harness;
		await push(source.url, "team/app", app);
		destination.faults.push({
			method: "PUT",
			path: /blobs\/uploads/,
			action: status(503, { headers: { "retry-after": "7" } }),
		});
		await copier().copy(copy);
		expect(clock.sleeps).toContain(7_000);
		await closure(destination.url, "team/app", "1.0.0");
	});

	test("that refuses the tag is not asked again", async () => {
		const { source, destination, copier } = harness;
		destination.createOnlyTags = true;
		await push(source.url, "team/app", app);
		const other = image([blob("other")]);
		await push(destination.url, "team/app", other, "1.0.0");
		const before = destination.count("PUT");
		await expect(copier().copy(copy)).rejects.toEqual(
			new RegistryError(
				`PUT ${destination.url}/v2/team/app/manifests/1.0.0`,
				403,
				[{ code: "DENIED", message: `tag 1.0.0 is ${other.digest}` }],
			),
		);
		// Three blobs, the manifest, and the tag once.
		expect(destination.count("PUT") - before).toBe(5);
		expect(destination.tag("team/app", "1.0.0")).toBe(other.digest);
	});

	test("that hides a refusal in a 500 is not asked again", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		destination.faults.push({
			method: "PUT",
			path: /manifests/,
			action: status(500, { body: ociError("MANIFEST_INVALID", "no") }),
			times: 99,
		});
		await expect(copier().copy(copy)).rejects.toThrow(
			`PUT ${destination.url}/v2/team/app/manifests/${app.digest} was refused with status 500, MANIFEST_INVALID: no`,
		);
	});

	test("whose tag reads differently from what was written is an error", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		const other = image([blob("other")]);
		destination.faults.push({
			method: "HEAD",
			path: /manifests\/1\.0\.0$/,
			action: async () => {
				await push(destination.url, "team/app", other, "1.0.0");
				return false;
			},
		});
		await expect(copier().copy(copy)).rejects.toThrow(
			`${destination.host}/team/app:1.0.0 was written as ${app.digest} and reads as ${other.digest}: somebody else writes it too`,
		);
	});
});

test("an aborted copy ends with the reason and leaves no tag", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	const abort = new AbortController();
	const reason = new Error("the job was stopped");
	source.faults.push({
		path: layerPath,
		action: (request) => {
			abort.abort(reason);
			request.resume();
			return true;
		},
	});
	await expect(copier({}, { signal: abort.signal }).copy(copy)).rejects.toBe(
		reason,
	);
	expect(destination.repositories.get("team/app")?.tags.size ?? 0).toBe(0);
});
