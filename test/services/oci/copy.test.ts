import { describe, expect, test } from "vitest";
import { Registry } from "../../../services/oci/registry.ts";
import { Transport } from "../../../services/oci/transport.ts";
import { closure } from "./closure.ts";
import { APP, copyHarness } from "./copy-harness.ts";
import { truncated } from "./faults.ts";
import {
	blob,
	descriptorOf,
	image,
	index,
	manifest,
	OCI,
	push,
} from "./images.ts";

const harness = copyHarness();

/** The destination's writes in order; of uploads only the digest. */
function writeLog(): string[] {
	return harness.destination.seen
		.filter(({ method }) => method === "PUT")
		.map(({ path }) => path.replace(/^.*(?:manifests\/|digest=)/, ""))
		.map(decodeURIComponent);
}

const one = blob("layer one");
const two = blob("layer two");
const app = image([one, two]);

test("an image arrives byte by byte, with its tag as the last thing written", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	const result = await copier().copy({
		...APP,
		reference: app.digest,
		tag: "1.0.0",
	});
	expect(result).toEqual({ digest: app.digest, leftOut: [] });
	expect(await closure(destination.url, "team/app", "1.0.0")).toEqual([
		app.digest,
		...app.blobs.map(({ digest }) => digest),
	]);
	expect(writeLog().slice(0, 3).toSorted()).toEqual(
		app.blobs.map(({ digest }) => digest).toSorted(),
	);
	expect(writeLog().slice(3)).toEqual([app.digest, "1.0.0"]);
});

test("a source tag is resolved once, at the start", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app, "main-1-abcdef0");
	await copier().copy({ ...APP, reference: "main-1-abcdef0", tag: "1.0.0" });
	expect(destination.tag("team/app", "1.0.0")).toBe(app.digest);
	expect(
		source.seen.filter(({ path }) => path.endsWith("manifests/main-1-abcdef0")),
	).toHaveLength(2);
});

describe("what is to happen before the tag", () => {
	test("happens when everything else is there", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		const seen: unknown[] = [];
		await copier().copy({
			...APP,
			reference: app.digest,
			tag: "1.0.0",
			beforeTag: async () => {
				seen.push(await closure(destination.url, "team/app", app.digest));
				seen.push(destination.tag("team/app", "1.0.0"));
			},
		});
		expect(seen).toEqual([
			[app.digest, ...app.blobs.map(({ digest }) => digest)],
			undefined,
		]);
		expect(destination.tag("team/app", "1.0.0")).toBe(app.digest);
	});

	test("leaves the tag as it is when it fails", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		const copied = copier().copy({
			...APP,
			reference: app.digest,
			tag: "1.0.0",
			beforeTag: () => Promise.reject(new Error("not yet")),
		});
		await expect(copied).rejects.toThrow("not yet");
		expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
	});
});

test("a second run writes the tag and nothing else", async () => {
	const { source, copier, writes } = harness;
	await push(source.url, "team/app", app);
	const copy = { ...APP, reference: app.digest, tag: "1.0.0" };
	await copier().copy(copy);
	const first = writes();
	await copier().copy(copy);
	expect(writes() - first).toBe(1);
});

test("a repository may be named differently at the destination", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "library/nginx", app);
	await copier().copy({
		from: "library/nginx",
		to: "docker.io/library/nginx",
		reference: app.digest,
		tag: "1.0.0",
	});
	expect(destination.tag("docker.io/library/nginx", "1.0.0")).toBe(app.digest);
});

describe("an index", () => {
	const amd64 = image([one, blob("amd64")]);
	const arm64 = image([one, blob("arm64")]);
	const both = index([amd64, arm64]);

	test("arrives with its platforms, each before the index", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", both);
		await copier().copy({ ...APP, reference: both.digest, tag: "1.0.0" });
		expect(await closure(destination.url, "team/app", "1.0.0")).toEqual([
			both.digest,
			amd64.digest,
			...amd64.blobs.map(({ digest }) => digest),
			arm64.digest,
			...arm64.blobs.map(({ digest }) => digest),
		]);
		const log = writeLog();
		expect(log.slice(-2)).toEqual([both.digest, "1.0.0"]);
		expect(log.indexOf(amd64.digest)).toBeLessThan(log.indexOf(both.digest));
		expect(log.indexOf(arm64.digest)).toBeLessThan(log.indexOf(both.digest));
	});

	test("may hold indexes three deep and no deeper", async () => {
		const { source, destination, copier } = harness;
		const three = index([index([both])]);
		const four = index([three]);
		await push(source.url, "team/app", four);
		await expect(
			copier().copy({ ...APP, reference: four.digest, tag: "4.0.0" }),
		).rejects.toThrow(
			`manifest ${both.digest} of ${source.host}/team/app lies below 3 indexes, expected at most 3 in all`,
		);
		expect(destination.tag("team/app", "4.0.0")).toBeUndefined();
		await copier().copy({ ...APP, reference: three.digest, tag: "3.0.0" });
		expect(destination.tag("team/app", "3.0.0")).toBe(three.digest);
	});

	test("is refused when it says something else about a platform than the platform itself", async () => {
		const { source, copier, writes } = harness;
		const lying = manifest(
			{
				schemaVersion: 2,
				mediaType: `${OCI}.index.v1+json`,
				manifests: [{ ...descriptorOf(amd64), size: 7 }],
			},
			[],
			[amd64],
		);
		await push(source.url, "team/app", lying);
		await expect(
			copier().copy({ ...APP, reference: lying.digest, tag: "1.0.0" }),
		).rejects.toThrow(
			`manifest ${amd64.digest} of ${source.host}/team/app is ${amd64.mediaType} of ${amd64.bytes.byteLength} bytes, its index says ${amd64.mediaType} of 7 bytes`,
		);
		expect(writes()).toBe(0);
	});
});

describe("blobs that images share", () => {
	const other = image([one, blob("layer three")]);

	test("are uploaded once and mounted into the other repositories", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		await push(source.url, "team/other", other);
		const run = copier();
		await Promise.all([
			run.copy({ ...APP, reference: app.digest, tag: "1.0.0" }),
			run.copy({
				from: "team/other",
				to: "team/other",
				reference: other.digest,
				tag: "1.0.0",
			}),
		]);
		const uploads = destination.seen.filter(
			({ method, path }) => method === "PUT" && path.includes("/blobs/"),
		);
		// Two configs are equal here too, so of six blobs four are different.
		expect(uploads).toHaveLength(4);
		expect(run.blobs).toEqual({
			present: 0,
			mounted: 2,
			uploaded: 4,
			uploadedBytes: [...app.blobs, blob("layer three")].reduce(
				(sum, { bytes }) => sum + bytes.byteLength,
				0,
			),
		});
		await closure(destination.url, "team/other", "1.0.0");
	});

	test("are uploaded again where the registry does not mount", async () => {
		const { source, destination, copier } = harness;
		destination.mounts = false;
		await push(source.url, "team/app", app);
		await push(source.url, "team/other", other);
		const run = copier();
		await run.copy({ ...APP, reference: app.digest, tag: "1.0.0" });
		await run.copy({
			from: "team/other",
			to: "team/other",
			reference: other.digest,
			tag: "1.0.0",
		});
		expect(run.blobs).toMatchObject({ mounted: 0, uploaded: 6 });
	});

	test("do not wait for ever when there are more images than transfers at a time", async () => {
		const { source, destination, copier } = harness;
		const names = ["team/a", "team/b", "team/c", "team/d"];
		for (const name of names) await push(source.url, name, app);
		const run = copier({ blobConcurrency: 1 }, { concurrencyPerHost: 1 });
		await Promise.all(
			names.map((name) =>
				run.copy({ from: name, to: name, reference: app.digest, tag: "1.0.0" }),
			),
		);
		for (const name of names) await closure(destination.url, name, "1.0.0");
	});
});

test("within one registry blobs are mounted, not moved", async () => {
	const { source, copier } = harness;
	await push(source.url, "team/app", app);
	const transport = new Transport();
	const registry = new Registry({
		url: source.url,
		actions: ["push"],
		transport,
	});
	const run = copier({ source: registry, destination: registry });
	await run.copy({
		from: "team/app",
		to: "team/copy",
		reference: app.digest,
		tag: "1.0.0",
	});
	expect(run.blobs).toMatchObject({ mounted: 3, uploaded: 0 });
	await closure(source.url, "team/copy", "1.0.0");
	await transport.close();
});

test("an empty layer is copied like any other", async () => {
	const { source, destination, copier } = harness;
	const empty = image([blob("")]);
	await push(source.url, "team/app", empty);
	await copier().copy({ ...APP, reference: empty.digest, tag: "1.0.0" });
	await closure(destination.url, "team/app", "1.0.0");
});

test("a layer whose real size is not that of its descriptor is refused", async () => {
	const { source, destination, copier } = harness;
	const lying = manifest(
		{
			...JSON.parse(app.bytes.toString()),
			layers: [{ ...descriptorOf(one), size: 100 }],
		},
		app.blobs,
	);
	await push(source.url, "team/app", lying);
	await push(destination.url, "team/app", app);
	await expect(
		copier().copy({ ...APP, reference: lying.digest, tag: "1.0.0" }),
	).rejects.toThrow(
		`blob ${one.digest} has 9 bytes, expected 100 as its descriptor says`,
	);
	expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
});

test("progress hears of every byte, and of those that must be sent again", async () => {
	const { source, copier } = harness;
	await push(source.url, "team/app", app);
	source.faults.push({
		path: new RegExp(`/blobs/${one.digest}$`),
		action: truncated(one.bytes.subarray(0, 4), one.bytes.byteLength),
	});
	const heard = { expected: 0, transferred: 0 };
	const run = copier({
		observer: {
			expected: (bytes) => {
				heard.expected += bytes;
			},
			transferred: (bytes) => {
				heard.transferred += bytes;
			},
		},
	});
	await run.copy({ ...APP, reference: app.digest, tag: "1.0.0" });
	const total = app.blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
	// The bytes of the first try were taken back.
	expect(heard).toEqual({ expected: total, transferred: total });
});
