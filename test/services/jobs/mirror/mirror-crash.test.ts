import { afterAll, beforeAll, expect, test } from "vitest";
import type { TransportOptions } from "../../../../services/oci/transport.ts";
import { closure } from "../../oci/closure.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
} from "../../oci/images.ts";
import { RegistryServer } from "../../oci/registry-server.ts";
import { expectNoWrites, killAtEachRequest } from "../crash-harness.ts";
import { follow, keptTag, override, runMirror } from "./run-mirror.ts";

const DEBIAN = "docker.io/library/debian";
const NODE = "docker.io/library/node";
const shared = blob("shared");
const old = image([shared, blob("old")]);
const fresh = index([image([shared, blob("amd64")]), image([blob("arm64")])]);
const own = image([shared, blob("own")]);
const sbom = referrer(fresh, "application/spdx+json");

let hub: RegistryServer;
let archive: RegistryServer;
let before: RegistryServer;

beforeAll(async () => {
	hub = await new RegistryServer().start();
	archive = await new RegistryServer().start();
	before = new RegistryServer();
	await push(hub.url, "library/debian", fresh, "12");
	await push(hub.url, "library/debian", referrers([sbom]), fallbackTag(fresh));
	await push(hub.url, "library/node", fresh, "22");
	await push(hub.url, "team/node", own);
	await push(archive.url, DEBIAN, old, "12");
	await push(archive.url, NODE, old, "22");
	before.copyFrom(archive);
});
afterAll(async () => {
	await hub.stop();
	await archive.stop();
});

// Debian moved upstream, Node got an override; the Archive has what both were before.
const LISTS = {
	"list.yaml": `images:
${follow(DEBIAN, "12")}${follow(NODE, "22")}overrides:
${override(NODE, "22", `docker.io/team/node@${own.digest}`)}`,
};
const TAGS = [
	[DEBIAN, "12", fresh.digest],
	[NODE, "22", own.digest],
] as const;

function run(http: TransportOptions = {}) {
	return runMirror({
		archive: archive.url,
		upstreams: { "docker.io": hub.url },
		lists: LISTS,
		http,
	});
}

/** What holds at any time: a tag is at the old or the new digest, whole, and the old one has a tag. */
async function checkInvariants(): Promise<void> {
	for (const [repository, tag, digest] of TAGS) {
		const current = archive.tag(repository, tag);
		expect([old.digest, digest]).toContain(current);
		await closure(archive.url, repository, tag);
		if (current === old.digest) continue;
		const backup = keptTag(tag, old);
		expect((await closure(archive.url, repository, backup))[0]).toBe(
			old.digest,
		);
	}
}

async function finish(): Promise<void> {
	const { report } = await run();
	expect(report.counts).toMatchObject({ failed: 0, aborted: 0 });
	await checkInvariants();
	for (const [repository, tag, digest] of TAGS) {
		expect(archive.tag(repository, tag)).toBe(digest);
		const backups = [...(archive.repositories.get(repository)?.tags ?? [])]
			.map(([name]) => name)
			.filter((name) => name.startsWith(`${tag}-kept-`));
		expect(backups).toHaveLength(1);
	}
	const again = await expectNoWrites(archive, run);
	expect(again.report.counts.present).toBe(2);
}

test.each(["before", "after"] as const)(
	"a run that is killed %s any of its requests loses nothing, and the next one finishes",
	async (moment) => {
		const { runs } = await killAtEachRequest(moment, {
			begin: async () => archive.copyFrom(before),
			run,
			checkInvariants,
			finish,
		});
		// Fewer would mean that the run was not what it is meant to be here.
		expect(runs).toBeGreaterThan(45);
	},
	120_000,
);
