import { afterAll, beforeAll, expect, test } from "vitest";
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
import { type Kill, Killer } from "../../oci/killer.ts";
import { RegistryServer } from "../../oci/registry-server.ts";
import { follow, override, runMirror } from "./run-mirror.ts";

const DEBIAN = "docker.io/library/debian";
const NODE = "docker.io/library/node";
const shared = blob("shared");
const old = image([shared, blob("old")]);
const fresh = index([image([shared, blob("amd64")]), image([blob("arm64")])]);
const own = image([shared, blob("own")]);
const sbom = referrer(fresh, "application/spdx+json");

let hub: RegistryServer;

beforeAll(async () => {
	hub = await new RegistryServer().start();
	await push(hub.url, "library/debian", fresh, "12");
	await push(hub.url, "library/debian", referrers([sbom]), fallbackTag(fresh));
	await push(hub.url, "library/node", fresh, "22");
	await push(hub.url, "team/node", own);
});
afterAll(() => hub.stop());

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

function run(archive: RegistryServer, killer?: Killer) {
	return runMirror({
		archive: archive.url,
		upstreams: { "docker.io": hub.url },
		lists: LISTS,
		http: killer ? { dispatcher: killer.dispatcher } : {},
	});
}

/** What holds at any time: a tag is at the old or the new digest, whole, and the old one has a tag. */
async function checkInvariants(archive: RegistryServer): Promise<void> {
	for (const [repository, tag, digest] of TAGS) {
		const current = archive.tag(repository, tag);
		expect([old.digest, digest]).toContain(current);
		await closure(archive.url, repository, tag);
		if (current === old.digest) continue;
		const backup = `${tag}-kept-20261124-${old.digest.slice(7, 19)}`;
		expect((await closure(archive.url, repository, backup))[0]).toBe(
			old.digest,
		);
	}
}

/** Kills a run at its nth request, then lets it run again. False when it ended before that. */
async function crash(kill: Kill): Promise<boolean> {
	const archive = await new RegistryServer().start();
	try {
		for (const [repository, tag] of TAGS) {
			await push(archive.url, repository, old, tag);
		}
		const killer = new Killer(kill);
		await run(archive, killer);
		await checkInvariants(archive);
		if (!killer.isDead) return false;
		const { report } = await run(archive);
		expect(report.counts).toMatchObject({ failed: 0, aborted: 0 });
		await checkInvariants(archive);
		for (const [repository, tag, digest] of TAGS) {
			expect(archive.tag(repository, tag)).toBe(digest);
			const backups = [...(archive.repositories.get(repository)?.tags ?? [])]
				.map(([name]) => name)
				.filter((name) => name.startsWith(`${tag}-kept-`));
			expect(backups).toHaveLength(1);
		}
		const writes = () => archive.count("PUT", "POST", "DELETE");
		const before = writes();
		expect((await run(archive)).report.counts.present).toBe(2);
		expect(writes()).toBe(before);
		return true;
	} finally {
		await archive.stop();
	}
}

test.each(["before", "after"] as const)(
	"a run that is killed %s any of its requests loses nothing, and the next one finishes",
	async (moment) => {
		let n = 1;
		while (await crash({ n, moment })) n++;
		// Fewer would mean that the run was not what it is meant to be here.
		expect(n).toBeGreaterThan(45);
	},
	120_000,
);
