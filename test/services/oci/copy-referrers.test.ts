import { describe, expect, test } from "vitest";
import { closure } from "./closure.ts";
import { APP, BUNDLE, copyHarness } from "./copy-harness.ts";
import {
	blob,
	descriptorOf,
	fallbackTag,
	image,
	index,
	manifest,
	OCI,
	push,
	referrer,
	referrers,
} from "./images.ts";

const harness = copyHarness();

const app = image([blob("layer")]);
const copy = { ...APP, reference: app.digest, tag: "1.0.0" };
const signature = referrer(app, BUNDLE, "first");
const second = referrer(app, BUNDLE, "second");
const tag = fallbackTag(app);

test("the list of referrers travels byte by byte, with what it lists", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	const list = referrers([signature, second]);
	await push(source.url, "team/app", list, tag);
	await copier().copy(copy);
	expect(destination.tag("team/app", tag)).toBe(list.digest);
	expect(await closure(destination.url, "team/app", tag)).toContain(
		second.digest,
	);
});

test("what comes later is taken along without the image", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	await copier().copy(copy);
	await push(source.url, "team/app", referrers([signature]), tag);
	const run = copier();
	expect(await run.copyReferrers([app.digest], APP)).toEqual([]);
	expect(await closure(destination.url, "team/app", tag)).toContain(
		signature.digest,
	);
});

test("it is written once for an image with many tags", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature]), tag);
	const run = copier();
	await Promise.all(
		["1.0.0", "1.0.1", "1.0.2"].map((tag) => run.copy({ ...copy, tag })),
	);
	expect(
		destination.seen.filter(
			({ method, path }) => method === "PUT" && path.endsWith(tag),
		),
	).toHaveLength(1);
});

test("it is there before the tag is", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature]), tag);
	await copier().copy(copy);
	const tags = destination.seen
		.filter(({ method, path }) => method === "PUT" && !path.includes(":"))
		.map(({ path }) => path.split("/").at(-1));
	expect(tags.filter((name) => !name?.includes("digest="))).toEqual([
		tag,
		"1.0.0",
	]);
});

test("it is merged into the list of the destination, which loses nothing", async () => {
	const { source, destination, copier } = harness;
	const own = referrer(app, "application/spdx+json", "made in prod");
	await push(destination.url, "team/app", app);
	await push(destination.url, "team/app", referrers([own, signature]), tag);
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature, second]), tag);
	await copier().copy(copy);
	const merged = destination.repositories
		.get("team/app")
		?.manifests.get(destination.tag("team/app", tag) ?? "");
	expect(JSON.parse(`${merged?.bytes}`)).toEqual({
		schemaVersion: 2,
		mediaType: `${OCI}.index.v1+json`,
		manifests: [own, signature, second].map((entry) => ({
			...descriptorOf(entry),
			artifactType: JSON.parse(entry.bytes.toString()).artifactType,
		})),
	});
});

test("a list that has everything already is not written", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature]), tag);
	await push(destination.url, "team/app", app);
	await push(destination.url, "team/app", referrers([second, signature]), tag);
	const before = destination.tag("team/app", tag);
	await copier().copy(copy);
	expect(destination.tag("team/app", tag)).toBe(before);
});

test("an entry that somebody else's write removed is put back", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature]), tag);
	const theirs = referrers([second]);
	// They read before our write and write after it.
	destination.faults.push({
		method: "HEAD",
		path: new RegExp(`manifests/${tag}$`),
		from: 2,
		action: async () => {
			await push(destination.url, "team/app", theirs, tag);
			return false;
		},
	});
	await copier().copy(copy);
	expect(await closure(destination.url, "team/app", tag)).toEqual(
		expect.arrayContaining([second.digest, signature.digest]),
	);
});

test("what signs a platform of an index travels too", async () => {
	const { source, destination, copier } = harness;
	const both = index([app, image([blob("arm64")])]);
	await push(source.url, "team/app", both);
	await push(source.url, "team/app", referrers([signature]), tag);
	await copier().copy({ ...copy, reference: both.digest });
	expect(destination.tag("team/app", tag)).toBe(referrers([signature]).digest);
});

test("what signs an image deep in an index travels, also when the index is there already", async () => {
	const { source, destination, copier } = harness;
	const nested = index([index([app])]);
	await push(source.url, "team/app", nested);
	await copier().copy({ ...copy, reference: nested.digest });
	await push(source.url, "team/app", referrers([signature]), tag);
	await copier().copy({ ...copy, reference: nested.digest, tag: "1.0.1" });
	expect(destination.tag("team/app", tag)).toBe(referrers([signature]).digest);
});

test("what signs a signature travels too", async () => {
	const { source, destination, copier } = harness;
	const counter = referrer(signature, BUNDLE, "counter-signature");
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature]), tag);
	await push(
		source.url,
		"team/app",
		referrers([counter]),
		fallbackTag(signature),
	);
	await copier().copy(copy);
	expect(
		await closure(destination.url, "team/app", fallbackTag(signature)),
	).toContain(counter.digest);
});

describe("what stays behind", () => {
	test("is a referrer of another image, which says so", async () => {
		const { source, destination, copier } = harness;
		const other = image([blob("other")]);
		const foreign = referrer(other, BUNDLE);
		await push(source.url, "team/app", app);
		await push(source.url, "team/app", referrers([foreign, signature]), tag);
		const { leftOut } = await copier().copy(copy);
		expect(leftOut).toEqual([
			`referrer ${foreign.digest} of ${app.digest} stays behind: its subject is ${other.digest}`,
		]);
		expect(await closure(destination.url, "team/app", tag)).not.toContain(
			foreign.digest,
		);
	});

	test("is an artifact type that is not promoted", async () => {
		const { source, destination, copier } = harness;
		const notes = referrer(app, "application/vnd.example.notes");
		await push(source.url, "team/app", app);
		await push(source.url, "team/app", referrers([notes]), tag);
		const { leftOut } = await copier().copy(copy);
		expect(leftOut).toEqual([
			`referrer ${notes.digest} of ${app.digest} stays behind: its artifact type application/vnd.example.notes is not among those that are promoted`,
		]);
		expect(destination.tag("team/app", tag)).toBeUndefined();
	});
});

test("an empty list of referrers is no obstacle", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([]), tag);
	await copier().copy(copy);
	expect(destination.tag("team/app", "1.0.0")).toBe(app.digest);
});

test("more than 64 referrers stop the copy before the tag", async () => {
	const { source, destination, copier } = harness;
	await push(source.url, "team/app", app);
	const many = Array.from({ length: 65 }, () => signature);
	await push(source.url, "team/app", referrers(many), tag);
	await expect(copier().copy(copy)).rejects.toThrow(
		`${source.host}/team/app:${tag} is not a list of referrers: manifests: got 65, expected at most 64`,
	);
	expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
});

describe("cosign's own tags", () => {
	const simple = "application/vnd.dev.cosign.simplesigning.v1+json";
	const signed = image([blob("payload 1", simple)]);
	const signedTwice = image([
		blob("payload 1", simple),
		blob("payload 2", simple),
	]);

	test("travel, and may grow", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		await push(source.url, "team/app", signed, `${tag}.sig`);
		await copier().copy(copy);
		expect(destination.tag("team/app", `${tag}.sig`)).toBe(signed.digest);
		await push(source.url, "team/app", signedTwice, `${tag}.sig`);
		await copier().copy(copy);
		expect(destination.tag("team/app", `${tag}.sig`)).toBe(signedTwice.digest);
	});

	test("never lose a signature", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		await push(source.url, "team/app", signed, `${tag}.sig`);
		await push(destination.url, "team/app", signedTwice, `${tag}.sig`);
		await expect(copier().copy(copy)).rejects.toThrow(
			`${destination.host}/team/app:${tag}.sig has ${blob("payload 2").digest}, which ${source.host}/team/app:${tag}.sig lacks; add it at the source, or the destination would lose it`,
		);
		expect(destination.tag("team/app", `${tag}.sig`)).toBe(signedTwice.digest);
		expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
	});

	test("are no way to bring in an image that runs", async () => {
		const { source, destination, copier } = harness;
		await push(source.url, "team/app", app);
		await push(source.url, "team/app", app, `${tag}.sig`);
		const { leftOut } = await copier().copy(copy);
		expect(leftOut).toEqual([
			`tag ${tag}.sig stays behind: it has a layer of type ${OCI}.layer.v1.tar`,
		]);
		expect(destination.tag("team/app", `${tag}.sig`)).toBeUndefined();
	});
});

test("an index that is its own kind of list is refused where a list is expected", async () => {
	const { source, copier } = harness;
	await push(source.url, "team/app", app);
	await push(
		source.url,
		"team/app",
		manifest(
			{ ...JSON.parse(app.bytes.toString()), note: "not a list" },
			app.blobs,
		),
		tag,
	);
	await expect(copier().copy(copy)).rejects.toThrow(
		`${source.host}/team/app:${tag} is not a list of referrers: its media type is '${OCI}.manifest.v1+json', expected one of`,
	);
});
