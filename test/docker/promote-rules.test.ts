import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blob, image, push } from "../services/oci/images.ts";
import { setUpPromoter } from "./promote-harness.ts";
import { entry, type Promoter } from "./promoter-process.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const run = promisify(execFile);

const release = image([blob("release")]);
const build = image([blob("build")]);
const listed = image([blob("listed")]);

let source: RunningRegistry;
let destination: RunningRegistry;
let promoter: Promoter;

beforeAll(async () => {
	source = await startRegistry();
	destination = await startRegistry();
	await push(source.url, "team/app", release, "1.4.2-0a1b2c3");
	await push(source.url, "team/app", build, "main-7-0a1b2c3");
	await push(source.url, "team/twice", release, "2.0.0-aaaaaaa");
	await push(source.url, "team/twice", build, "2.0.0-bbbbbbb");
	await push(source.url, "team/listed", listed, "main-8-0a1b2c3");
	await push(source.url, "team/listed", build, "3.0.0-0a1b2c3");
	await push(source.url, "other/app", release, "1.4.2-0a1b2c3");
	promoter = await setUpPromoter(
		source,
		destination,
		`images:
${entry("team/listed", listed.digest, "3.0.0")}rules:
- repositories: ["team/.*"]
  tags: '([0-9]+\\.[0-9]+\\.[0-9]+)-[0-9a-f]{7,40}'
  promote: "$1"
`,
	);
});

afterAll(async () => {
	await promoter?.remove();
	await source?.stop();
	await destination?.stop();
});

async function digestAt(reference: string): Promise<string> {
	const { stdout } = await run("skopeo", [
		"inspect",
		"--tls-verify=false",
		"--no-tags",
		"--format={{.Digest}}",
		`docker://${destination.host}/${reference}`,
	]);
	return stdout.trim();
}

test("what matches is promoted under the tag the rule makes, and nothing else", async () => {
	const { status, items } = await promoter.report();
	expect(
		items.map(({ repository, tag, outcome, sourceTag }) => [
			repository,
			tag,
			outcome,
			sourceTag,
		]),
	).toEqual([
		["team/listed", "3.0.0", "promoted", undefined],
		["team/app", "1.4.2", "promoted", "1.4.2-0a1b2c3"],
		["team/twice", "2.0.0", "refused", "2.0.0-aaaaaaa"],
	]);
	expect(status).toBe(1);
	expect(await digestAt("team/app:1.4.2")).toBe(release.digest);
});

test("a manifest has the last word on a tag it lists", async () => {
	expect(await digestAt("team/listed:3.0.0")).toBe(listed.digest);
});

test("of two images for one tag neither is promoted, until a manifest names one", async () => {
	await expect(digestAt("team/twice:2.0.0")).rejects.toThrow(
		/manifest unknown|name unknown|repository name not known/i,
	);
});

test("the next run has nothing to do", async () => {
	const { counts } = await promoter.report();
	expect(counts).toMatchObject({ promoted: 0, present: 2, refused: 1 });
});
