import { writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { ledgerFile } from "../../../../services/jobs/promote/promotion-ledger.ts";
import { blob, push } from "../../oci/images.ts";
import { app, entry, jobHarness, other } from "../job-harness.ts";
import { builtImage } from "./built-images.ts";

const harness = jobHarness();
const moved = builtImage({ layers: [blob("moved")] });

/** Prod as a run left it that promoted four tags of two repositories. */
beforeEach(async () => {
	const { source, manifests, configure } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/other", other);
	await manifests({
		"a.yaml":
			entry("team/app", app.digest, "1.0.0", "1.0.1", "1.0.2") +
			entry("team/other", other.digest, "2.0.0"),
	});
	await configure({ fullCheckEvery: 3 });
	await run();
});

/** One more run, or what else is asked for, and the requests it made. */
async function run(command = "run", ...flags: readonly string[]) {
	const { source, destination, report } = harness;
	source.seen.length = 0;
	destination.seen.length = 0;
	const { counts, items } = await report("promote", command, ...flags);
	return {
		counts,
		items,
		source: asked(source),
		destination: asked(destination),
	};
}

const asked = ({ seen }: typeof harness.source) =>
	seen.map(({ method, path }) => `${method} ${path.slice(4)}`).toSorted();

const LISTINGS = [
	"GET team/app/tags/list?n=1000",
	"GET team/other/tags/list?n=1000",
];
const HEADS = [
	"HEAD team/app/manifests/1.0.0",
	"HEAD team/app/manifests/1.0.1",
	"HEAD team/app/manifests/1.0.2",
	"HEAD team/other/manifests/2.0.0",
];
const COMPARED = [...LISTINGS, ...HEADS];

/** Moves a tag of Prod, as nobody can through its gate. */
const move = () =>
	harness.destination.repositories
		.get("team/app")
		?.tags.set("1.0.0", moved.digest);

test("a run that has nothing to do lists both ends and asks nothing else", async () => {
	const { counts, source, destination } = await run();
	expect(counts).toMatchObject({ promoted: 0, present: 4, failed: 0 });
	expect({ source, destination }).toEqual({
		source: LISTINGS,
		destination: LISTINGS,
	});
});

test("every so many runs the digest of each tag is asked for", async () => {
	const runs = [];
	for (let i = 0; i < 6; i++) runs.push((await run()).destination);
	expect(runs).toEqual([
		LISTINGS,
		LISTINGS,
		COMPARED,
		LISTINGS,
		LISTINGS,
		COMPARED,
	]);
});

test("--verify-digests asks for all of them now", async () => {
	expect((await run("run", "--verify-digests")).destination).toEqual(COMPARED);
	expect((await run("plan", "--verify-digests")).destination).toEqual(COMPARED);
	expect((await run()).destination).toEqual(LISTINGS);
});

test("without a number every run asks for all of them", async () => {
	const { fullCheckEvery: _, ...config } = harness.config;
	await writeFile(`${harness.folder}/promoter.json`, JSON.stringify(config));
	expect((await run()).destination).toEqual(COMPARED);
	expect((await run()).destination).toEqual(COMPARED);
});

test("a plan knows what runs have seen, and is no run", async () => {
	for (let i = 0; i < 3; i++) {
		expect((await run("plan")).destination).toEqual(LISTINGS);
	}
	expect((await run()).destination).toEqual(LISTINGS);
	expect((await run()).destination).toEqual(LISTINGS);
	expect((await run()).destination).toEqual(COMPARED);
});

test("a tag that moved at the destination is found by the comparing run", async () => {
	await push(harness.destination.url, "team/app", moved);
	move();
	expect((await run()).counts).toMatchObject({ present: 4, refused: 0 });
	const { items } = await run("run", "--verify-digests");
	expect(items[0]).toMatchObject({
		outcome: "refused",
		reason: `tag 1.0.0 is already at ${harness.destination.host}/team/app:1.0.0 = ${moved.digest}, got ${app.digest}; tags there never move. Fix: choose a new tag or remove this line`,
	});
});

test("a manifest that asks for another digest is compared at once", async () => {
	await push(harness.source.url, "team/app", moved);
	await harness.manifests({
		"a.yaml": entry("team/app", moved.digest, "1.0.0"),
	});
	const { counts, destination } = await run();
	expect(counts).toMatchObject({ refused: 1, present: 0 });
	expect(destination).toEqual([LISTINGS[0], HEADS[0]]);
});

test("a tag that is gone at the destination is promoted again", async () => {
	harness.destination.repositories.get("team/app")?.tags.delete("1.0.1");
	const { items } = await run();
	expect(items.map(({ tag, outcome }) => `${tag} ${outcome}`)).toEqual([
		"1.0.0 present",
		"1.0.1 promoted",
		"1.0.2 present",
		"2.0.0 present",
	]);
	expect((await run()).destination).toEqual(LISTINGS);
});

test("a damaged ledger costs requests, nothing else", async () => {
	await writeFile(ledgerFile(harness.config.state), "{");
	expect(await run()).toMatchObject({
		counts: { promoted: 0, present: 4 },
		destination: COMPARED,
	});
	expect((await run()).destination).toEqual(LISTINGS);
});

describe("tags of Prod that nobody asks for any more", () => {
	test("are told, and stay", async () => {
		const { manifests, report, destination } = harness;
		await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
		const { status, notes } = await report("promote", "run");
		expect(status).toBe(0);
		expect(notes).toEqual(
			["1.0.1", "1.0.2"].map(
				(tag) =>
					`${destination.host}/team/app:${tag} is in no manifest and no rule; it stays, since promotion never deletes`,
			),
		);
		expect(destination.tag("team/app", "1.0.1")).toBe(app.digest);
	});

	test("are no news to a run on other manifests than the configuration's", async () => {
		const { config, manifests, report } = harness;
		await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
		const own = ["--manifests", config.manifests];
		expect((await report("promote", "run", ...own)).notes).toEqual([]);
	});
});
