import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
import { RegistryServer } from "../../oci/registry-server.ts";
import { killAtEachRequest } from "../crash-harness.ts";
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
	await put(app, "a");
	await put(multi, "m");
	await put(sbomOf(app), fallbackTag(app));
	await put(sbomOf(kept), fallbackTag(kept));
	await put(kept, "twin");
	await run({ day: 0 });
	await put(kept, "new");
	await run({ day: 10 });
}

async function checkInvariants(): Promise<void> {
	for (const tag of KEPT) await closure(harness.sandbox.url, REPOSITORY, tag);
}

async function finish(): Promise<void> {
	const { sandbox, run } = harness;
	// Pushed again by somebody who knows nothing of it: as new as a tag can be.
	if (!sandbox.tag(REPOSITORY, "a")) {
		await push(sandbox.url, REPOSITORY, app, "a");
		await run({ day: 20 });
		expect(sandbox.tag(REPOSITORY, "a")).toBe(app.digest);
	}
	await run({ day: 20 });
	await checkInvariants();
	await run({ day: 35 });
	const tags = sandbox.repositories.get(REPOSITORY)?.tags.keys();
	expect([...(tags ?? [])]).toEqual([]);
}

test.each(["before", "after"] as const)(
	"a run that is killed %s any of its requests loses nothing that stays, and later ones finish",
	async (moment) => {
		const { sandbox, run, config, writeLedger } = harness;
		await fill();
		const before = new RegistryServer();
		before.copyFrom(sandbox);
		const ledger = await readFile(
			join(config.state, "ledger-sandbox.jsonl"),
			"utf8",
		);
		const { runs } = await killAtEachRequest(moment, {
			begin: async () => {
				sandbox.copyFrom(before);
				await writeLedger("sandbox", ledger);
			},
			run: (http) => run({ day: 20, http }),
			checkInvariants,
			finish,
		});
		// Fewer would mean that the run was not what it is meant to be here.
		expect(runs).toBeGreaterThan(20);
	},
	120_000,
);
