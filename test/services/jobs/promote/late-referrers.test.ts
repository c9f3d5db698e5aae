import { beforeEach, describe, expect, test } from "vitest";
import { status } from "../../oci/faults.ts";
import { fallbackTag, push, referrer, referrers } from "../../oci/images.ts";
import { app, entry, other } from "../job-harness.ts";
import { builtImage } from "./built-images.ts";
import {
	listedFor,
	promotionHarness,
	sbomOf,
	signatureOf,
} from "./promotion-harness.ts";

const APP = "team/app";
const LIST = fallbackTag(app);
const signature = signatureOf(app);
const sbom = sbomOf(app);
const harness = promotionHarness();

/** What was attached when the image was promoted. */
beforeEach(async () => {
	await push(harness.source.url, APP, app);
	await attach(signature);
	await harness.manifests({ "a.yaml": entry(APP, app.digest, "1.0.0") });
	await harness.configure({ fullCheckEvery: 4 });
	await run();
});

const attach = (...list: Parameters<typeof referrers>[0]) =>
	push(harness.source.url, APP, referrers(list), LIST);

/** One more run, and the requests both ends have seen of it. */
async function run() {
	const { source, destination, report } = harness;
	source.seen.length = 0;
	destination.seen.length = 0;
	const { items, status } = await report("promote", "run");
	return { items, status, requests: [...asked(source), ...asked(destination)] };
}

const asked = ({ seen }: typeof harness.source) =>
	seen.map(
		({ method, path }) => `${method} ${path.replace(`/v2/${APP}/`, "")}`,
	);
const listed = () => listedFor(harness.destination, APP, app);

const LISTINGS = ["GET tags/list?n=1000", "GET tags/list?n=1000"];
const NOOP = [...LISTINGS, `HEAD manifests/${LIST}`].toSorted();

test("what came after the promotion is merged by the next run", async () => {
	expect(listed()).toEqual([signature.digest]);
	await attach(signature, sbom);
	const { items } = await run();
	expect(items).toMatchObject([{ outcome: "present" }]);
	expect(listed()).toEqual([signature.digest, sbom.digest]);
});

test("the run after that asks for nothing but whether there is more", async () => {
	await attach(signature, sbom);
	await run();
	expect((await run()).requests.toSorted()).toEqual(NOOP);
});

test("an image that had nothing attached gets what comes later", async () => {
	const bare = builtImage();
	const { source, destination, manifests } = harness;
	await push(source.url, APP, bare);
	await manifests({ "b.yaml": entry(APP, bare.digest, "2.0.0") });
	await run();
	const late = signatureOf(bare);
	await push(source.url, APP, referrers([late]), fallbackTag(bare));
	await run();
	expect(listedFor(destination, APP, bare)).toEqual([late.digest]);
});

test.each([
	[".sig", "application/vnd.dev.cosign.simplesigning.v1+json"],
	[".att", "application/vnd.dsse.envelope.v1+json"],
	[".sbom", "text/spdx+json"],
])(
	"what comes under cosign's tag %s is taken along too",
	async (suffix, mediaType) => {
		const { source, destination } = harness;
		const content = { ...app.blobs[1], mediaType };
		const late = builtImage({
			layers: [content as (typeof app.blobs)[number]],
		});
		await push(source.url, APP, late, `${LIST}${suffix}`);
		await run();
		expect(destination.tag(APP, `${LIST}${suffix}`)).toBe(late.digest);
	},
);

test("an image is asked about once, under however many tags", async () => {
	await harness.manifests({
		"a.yaml": entry(APP, app.digest, "1.0.0", "1.0.1", "1.0.2"),
	});
	await run();
	expect((await run()).requests.toSorted()).toEqual(NOOP);
	await attach(signature, sbom);
	const { requests } = await run();
	expect(requests.filter((it) => it === `GET manifests/${LIST}`)).toHaveLength(
		1,
	);
});

test("a full check merges again what earlier runs have merged", async () => {
	const { destination } = harness;
	await run();
	await run();
	destination.repositories.get(APP)?.tags.delete(LIST);
	await run();
	expect(listed()).toEqual([]);
	await run();
	expect(listed()).toEqual([signature.digest]);
});

test("a full check takes along what came to refer to one platform of an image", async () => {
	const { source, destination, configure, manifests } = harness;
	await configure({ fullCheckEvery: 1 });
	await push(source.url, APP, other);
	await manifests({ "b.yaml": entry(APP, other.digest, "2.0.0") });
	await run();
	const platform = other.children[1] ?? other;
	const late = sbomOf(platform);
	await push(source.url, APP, referrers([late]), fallbackTag(platform));
	await run();
	expect(listedFor(destination, APP, platform)).toEqual([late.digest]);
});

test("what refers to an image that cleanup has taken is merged all the same", async () => {
	const { source, configure } = harness;
	await configure({ fullCheckEvery: 1 });
	await attach(signature, sbom);
	source.repositories.get(APP)?.manifests.delete(app.digest);
	const { items } = await run();
	expect(items).toMatchObject([{ outcome: "present" }]);
	expect(listed()).toEqual([signature.digest, sbom.digest]);
});

describe("what goes wrong", () => {
	test("fails the promotion, though its tag is there, and is tried again", async () => {
		const { source } = harness;
		await attach(signature, sbom);
		source.faults.push({
			method: "GET",
			path: new RegExp(`manifests/${sbom.digest}`),
			action: status(403),
		});
		const { status: exit, items } = await run();
		expect(exit).toBe(1);
		expect(items).toMatchObject([
			{
				outcome: "failed",
				reason: `GET ${source.url}/v2/${APP}/manifests/${sbom.digest} was refused with status 403`,
			},
		]);
		expect(listed()).toEqual([signature.digest]);
		expect((await run()).items).toMatchObject([{ outcome: "present" }]);
		expect(listed()).toEqual([signature.digest, sbom.digest]);
	});

	test("and what stays behind is told when it comes, then no more", async () => {
		const notes = referrer(app, "application/vnd.example.notes");
		await attach(signature, notes);
		const told = {
			leftOut: [
				`referrer ${notes.digest} of ${app.digest} stays behind: its artifact type application/vnd.example.notes is not among those that are promoted`,
			],
		};
		expect((await run()).items).toMatchObject([told]);
		expect((await run()).items[0]).not.toHaveProperty("leftOut");
	});
});

test("a plan merges nothing", async () => {
	await attach(signature, sbom);
	const before = harness.writes();
	await harness.run("promote", "plan");
	expect(harness.writes()).toBe(before);
});
