import { afterAll, beforeAll, expect, test } from "vitest";
import { namingRule } from "../../topology/naming.ts";
import { follow, runMirror } from "../services/jobs/mirror/run-mirror.ts";
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
import { type GuardedRegistry, PASSWORD, startGuarded } from "./gate-estate.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

let hub: RunningRegistry;
let archive: GuardedRegistry;

beforeAll(async () => {
	hub = await startRegistry();
	archive = await startGuarded({
		name: "archive",
		naming: namingRule("archive", true),
		createOnlyTags: false,
		grants: { ci: ["pull", "create", "retag"], developer: ["pull"] },
	});
});
afterAll(async () => {
	await hub?.stop();
	await archive?.stop();
});

const shared = blob("shared");

/** Mirrors tag 12 of a repository of Docker Hub into the registry behind the gate. */
async function mirrored(name: string, username = "ci") {
	const { report } = await runMirror({
		archive: archive.front.url,
		account: { username, password: PASSWORD },
		upstreams: { "docker.io": hub.url },
		lists: {
			"list.yaml": `images:\n${follow(`docker.io/library/${name}`, "12")}`,
		},
	});
	return report;
}

async function read(name: string, tag: string) {
	const repository = `docker.io/library/${name}`;
	const token = await archive.token(
		"developer",
		`repository:${repository}:pull`,
	);
	const url = `${archive.front.url}/v2/${repository}/manifests/${tag}`;
	const answer = await fetch(url, {
		headers: {
			accept:
				"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json",
			authorization: `Bearer ${token}`,
		},
	});
	return { status: answer.status, text: await answer.text() };
}

const keptTag = ({ digest }: TestImage) =>
	`12-kept-20261124-${digest.slice(7, 19)}`;

test("a tag that moves passes the gate after its backup tag, with its signatures", async () => {
	const old = image([shared, blob("old")]);
	const fresh = index([image([shared, blob("a")]), image([shared, blob("b")])]);
	const sbom = referrer(fresh, "application/spdx+json");
	await push(hub.url, "library/moved", old, "12");
	expect((await mirrored("moved")).counts).toMatchObject({ mirrored: 1 });
	await push(hub.url, "library/moved", fresh, "12");
	await push(hub.url, "library/moved", referrers([sbom]), fallbackTag(fresh));
	expect((await mirrored("moved")).counts).toMatchObject({ moved: 1 });
	expect((await read("moved", "12")).text).toBe(fresh.bytes.toString());
	expect((await read("moved", keptTag(old))).text).toBe(old.bytes.toString());
	expect((await read("moved", fallbackTag(fresh))).text).toContain(sbom.digest);
	expect((await mirrored("moved")).counts).toMatchObject({ present: 1 });
});

test("of two mirrors at a time both succeed, and what was there is kept once", async () => {
	const old = image([shared, blob("two")]);
	const fresh = image([shared, blob("runs")]);
	await push(hub.url, "library/twice", old, "12");
	await mirrored("twice");
	await push(hub.url, "library/twice", fresh, "12");
	const reports = await Promise.all([mirrored("twice"), mirrored("twice")]);
	expect(reports.map(({ counts }) => counts.failed)).toEqual([0, 0]);
	expect((await read("twice", "12")).text).toBe(fresh.bytes.toString());
	expect((await read("twice", keptTag(old))).text).toBe(old.bytes.toString());
});

test("an account that may only read mirrors nothing and says which right it lacks", async () => {
	await push(hub.url, "library/readonly", image([shared]), "12");
	const { items } = await mirrored("readonly", "developer");
	expect(items[0]?.outcome).toBe("failed");
	expect(items[0]?.reason).toMatch(
		/^POST .*\/v2\/docker\.io\/library\/readonly\/blobs\/uploads\/ was refused with status 401, UNAUTHORIZED: /,
	);
	expect((await read("readonly", "12")).status).toBe(404);
});
