import { expect, test } from "vitest";
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
import { cleanupHarness } from "./cleanup-harness.ts";

const harness = cleanupHarness();

const app = image([blob("shared"), blob("app")]);
const multi = index([image([blob("amd64")]), image([blob("arm64")])]);
const kept = image([blob("shared"), blob("kept")]);
const sbomOf = (subject: typeof app) =>
	referrers([referrer(subject, "application/spdx+json")]);
const REPOSITORY = "alice/app";
const KEPT = ["new", "twin", fallbackTag(kept)];

/** Pushes what a run is to remove, and what it is to keep. */
async function fill(): Promise<void> {
	const { sandbox, run } = harness;
	const put = (image: typeof app, tag: string) =>
		push(sandbox.url, REPOSITORY, image, tag);
	sandbox.repositories.clear();
	sandbox.faults.length = 0;
	await put(app, "a");
	await put(multi, "m");
	await put(sbomOf(app), fallbackTag(app));
	await put(sbomOf(kept), fallbackTag(kept));
	await put(kept, "twin");
	await run({ day: 0 });
	await put(kept, "new");
	await run({ day: 10 });
}

/** Kills a run at its nth request, then lets it run again. False when it ended before that. */
async function crash(kill: Kill): Promise<boolean> {
	const { sandbox, run } = harness;
	await fill();
	const killer = new Killer(kill);
	const killed = run({ day: 20, http: { dispatcher: killer.dispatcher } });
	await killed.catch(() => {});
	const wholeOnes = async () => {
		for (const tag of KEPT) await closure(sandbox.url, REPOSITORY, tag);
	};
	await wholeOnes();
	if (!killer.isDead) return false;
	// Pushed again by somebody who knows nothing of it: as new as a tag can be.
	if (!sandbox.tag(REPOSITORY, "a")) {
		await push(sandbox.url, REPOSITORY, app, "a");
		await run({ day: 20 });
		expect(sandbox.tag(REPOSITORY, "a")).toBe(app.digest);
	}
	await run({ day: 20 });
	await wholeOnes();
	await run({ day: 35 });
	const tags = sandbox.repositories.get(REPOSITORY)?.tags.keys();
	expect([...(tags ?? [])]).toEqual([]);
	return true;
}

test.each(["before", "after"] as const)(
	"a run that is killed %s any of its requests loses nothing that stays, and later ones finish",
	async (moment) => {
		let n = 1;
		while (await crash({ n, moment })) n++;
		// Fewer would mean that the run was not what it is meant to be here.
		expect(n).toBeGreaterThan(20);
	},
	120_000,
);
