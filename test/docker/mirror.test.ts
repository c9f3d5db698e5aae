import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_TIMEOUTS, registryAgent } from "../../services/oci/http.ts";
import {
	follow,
	override,
	runMirror,
	type TestRun,
} from "../services/jobs/mirror/run-mirror.ts";
import { closure } from "../services/oci/closure.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
	type TestImage,
} from "../services/oci/images.ts";
import { Killed } from "../services/oci/killer.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const exec = promisify(execFile);

const shared = blob(randomBytes(300_000));
const old = image([shared, blob("old")]);
const fresh = index([
	image([shared, blob("amd64")]),
	image([shared, blob("arm64")]),
]);
const patched = image([shared, blob("patched")]);

let hub: RunningRegistry;
let archive: RunningRegistry;

beforeAll(async () => {
	hub = await startRegistry();
	archive = await startRegistry();
});
afterAll(async () => {
	await hub?.stop();
	await archive?.stop();
});

interface Requests {
	readonly sent: string[];
	readonly dispatcher: ReturnType<typeof registryAgent>;
}

/** Connections that note their requests. From one that matches `end` on, nothing is sent any more. */
function requests(end?: RegExp): Requests {
	const sent: string[] = [];
	let isDead = false;
	const dispatcher = registryAgent(DEFAULT_TIMEOUTS).compose(
		(dispatch) => (options, handler) => {
			const request = `${options.method} ${options.origin}${options.path}`;
			isDead ||= end?.test(request) ?? false;
			if (isDead) throw new Killed();
			sent.push(request);
			return dispatch(options, handler);
		},
	);
	return { sent, dispatcher };
}

async function run(
	images: string,
	{ overrides = "", ...other }: Partial<TestRun> & { overrides?: string } = {},
) {
	const list = `images:\n${images}${overrides && `overrides:\n${overrides}`}`;
	const { report } = await runMirror({
		archive: archive.url,
		upstreams: { "docker.io": hub.url },
		lists: { "list.yaml": list },
		...other,
	});
	return report;
}

/** The bytes that a tag of the Archive stands for, as skopeo sees them. */
async function raw(repository: string, tag: string): Promise<Buffer> {
	const { stdout } = await exec(
		"skopeo",
		[
			"inspect",
			"--raw",
			"--tls-verify=false",
			`docker://${archive.host}/${repository}:${tag}`,
		],
		{ encoding: "buffer" },
	);
	return stdout;
}

async function expectIn(repository: string, tag: string, sent: TestImage) {
	expect((await raw(repository, tag)).equals(sent.bytes)).toBe(true);
	expect((await closure(archive.url, repository, tag))[0]).toBe(sent.digest);
}

/** The tags of a repository of the Archive, as skopeo lists them. */
async function tagsOf(repository: string): Promise<readonly string[]> {
	const { stdout } = await exec("skopeo", [
		"list-tags",
		"--tls-verify=false",
		`docker://${archive.host}/${repository}`,
	]);
	return JSON.parse(stdout).Tags;
}

const keptTag = ({ digest }: TestImage, tag = "12", day = "20261124") =>
	`${tag}-kept-${day}-${digest.slice(7, 19)}`;

test("what is listed arrives with its signatures, and the second run writes nothing", async () => {
	const name = "docker.io/library/first";
	const sbom = referrer(fresh, "application/spdx+json");
	await push(hub.url, "library/first", old, "11");
	await push(hub.url, "library/first", fresh, "12");
	await push(hub.url, "library/first", referrers([sbom]), fallbackTag(fresh));
	const images = `${follow(name, "11", "12")}    dmap:
      "${old.digest}": ["11.0"]
`;
	expect((await run(images)).counts).toMatchObject({ mirrored: 3, failed: 0 });
	await expectIn(name, "11", old);
	await expectIn(name, "11.0", old);
	await expectIn(name, "12", fresh);
	await expectIn(name, fallbackTag(fresh), referrers([sbom]));

	const { sent, dispatcher } = requests();
	const again = await run(images, { http: { dispatcher } });
	expect(again.counts).toMatchObject({ present: 3, mirrored: 0, failed: 0 });
	expect(sent.toSorted()).toEqual(
		[
			`HEAD ${archive.url}/v2/${name}/manifests/11`,
			`HEAD ${archive.url}/v2/${name}/manifests/11.0`,
			`HEAD ${archive.url}/v2/${name}/manifests/12`,
			`HEAD ${hub.url}/v2/library/first/manifests/11`,
			`HEAD ${hub.url}/v2/library/first/manifests/12`,
		].toSorted(),
	);
});

test("a tag that upstream pushes again moves, and what it was is kept under the tag of the day", async () => {
	const name = "docker.io/library/moved";
	await push(hub.url, "library/moved", old, "12");
	await run(follow(name, "12"));
	await push(hub.url, "library/moved", fresh, "12");
	const { items } = await run(follow(name, "12"), { day: "2026-11-25" });
	const kept = keptTag(old, "12", "20261125");
	expect(items).toEqual([
		expect.objectContaining({
			outcome: "moved",
			digest: fresh.digest,
			kept: { digest: old.digest, tag: kept },
		}),
	]);
	expect((await tagsOf(name)).toSorted()).toEqual(["12", kept].toSorted());
	await expectIn(name, "12", fresh);
	await expectIn(name, kept, old);
});

test("an override wins as long as it is there, and its image stays when it is gone", async () => {
	const name = "docker.io/library/overridden";
	await push(hub.url, "library/overridden", old, "12");
	await push(hub.url, "team/patched", patched);
	await run(follow(name, "12"));
	const overrides = override(
		name,
		"12",
		`docker.io/team/patched@${patched.digest}`,
	);
	const during = await run(follow(name, "12"), { overrides });
	expect(during.counts).toMatchObject({ overridden: 1, failed: 0 });
	await expectIn(name, "12", patched);
	await expectIn(name, keptTag(old), old);

	const after = await run(follow(name, "12"));
	expect(after.counts).toMatchObject({ moved: 1, failed: 0 });
	await expectIn(name, "12", old);
	await expectIn(name, keptTag(patched), patched);
});

test("an upstream that is away leaves everything as it is", async () => {
	const name = "docker.io/library/away";
	const away = await startRegistry();
	const upstreams = { "docker.io": away.url };
	await push(away.url, "library/away", old, "12");
	await run(follow(name, "12"), { upstreams });
	await away.stop();
	const { sent, dispatcher } = requests();
	const { counts, items } = await run(follow(name, "12"), {
		upstreams,
		http: { dispatcher, random: () => 0 },
	});
	expect(counts).toMatchObject({ failed: 1, present: 0 });
	expect(items[0]?.reason).toMatch(/^upstream away: .*ECONNREFUSED/);
	expect(sent.filter((request) => !request.startsWith("HEAD "))).toEqual([]);
	expect(await tagsOf(name)).toEqual(["12"]);
	await expectIn(name, "12", old);
});

test("a run that is killed between backup and tag loses nothing, and the next one finishes", async () => {
	const name = "docker.io/library/killed";
	await push(hub.url, "library/killed", old, "12");
	await run(follow(name, "12"));
	await push(hub.url, "library/killed", fresh, "12");
	const { sent, dispatcher } = requests(/^PUT .*\/manifests\/12$/);
	await run(follow(name, "12"), { http: { dispatcher } });
	expect(sent.at(-1)).toBe(
		`GET ${archive.url}/v2/${name}/manifests/${keptTag(old)}`,
	);
	await expectIn(name, "12", old);
	await expectIn(name, keptTag(old), old);

	expect((await run(follow(name, "12"))).counts).toMatchObject({ moved: 1 });
	expect(await tagsOf(name)).toHaveLength(2);
	await expectIn(name, "12", fresh);
	await expectIn(name, keptTag(old), old);
});
