import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "../../../services/jobs/log.ts";
import { lineProgress } from "../../../services/jobs/progress.ts";
import { promote } from "../../../services/jobs/promote.ts";
import type { PromotionReport } from "../../../services/jobs/report.ts";
import { PROMOTED_ARTIFACT_TYPES } from "../../../topology/job-config.ts";
import { namingRule } from "../../../topology/naming.ts";
import { closure } from "../oci/closure.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
} from "../oci/images.ts";
import { type Kill, Killer } from "../oci/killer.ts";
import { RegistryServer } from "../oci/registry-server.ts";
import { entry } from "./job-harness.ts";

const shared = blob("shared");
const app = image([shared, blob("app")]);
const both = index([image([shared, blob("amd64")]), image([blob("arm64")])]);
const signature = referrer(app, "application/spdx+json");
const TAGS = [
	["team/app", "1.0.0", app.digest],
	["team/app", "1.0.1", app.digest],
	["team/both", "2.0.0", both.digest],
] as const;

let folder: string;
let source: RegistryServer;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "crash-"));
	source = await new RegistryServer().start();
	await push(source.url, "team/app", app);
	await push(source.url, "team/app", referrers([signature]), fallbackTag(app));
	await push(source.url, "team/both", both);
	await writeFile(join(folder, "password"), "password");
	await writeFile(
		join(folder, "m.yaml"),
		entry("team/app", app.digest, "1.0.0", "1.0.1") +
			entry("team/both", both.digest, "2.0.0"),
	);
});

afterAll(async () => {
	await source.stop();
	await rm(folder, { recursive: true });
});

/** A run of the promoter; with a killer, one that does not live to the end. */
function run(
	destination: RegistryServer,
	killer?: Killer,
): Promise<PromotionReport> {
	const log = createLogger({ write: () => {} }, "silent");
	const account = {
		username: "promoter",
		passwordFile: join(folder, "password"),
	};
	return promote({
		config: {
			source: {
				...account,
				url: source.url,
				naming: namingRule("ci-snapshots", true),
			},
			destination: {
				...account,
				url: destination.url,
				naming: namingRule("prod", true),
			},
			artifactTypes: PROMOTED_ARTIFACT_TYPES,
			schedule: "* * * * *",
			timeZone: "UTC",
			manifests: folder,
			state: folder,
		},
		dryRun: false,
		signal: new AbortController().signal,
		log,
		progress: lineProgress(log),
		http: killer ? { dispatcher: killer.dispatcher } : {},
	});
}

/** What holds at any time: a tag is absent or right, and what it stands for is complete. */
async function checkInvariants(destination: RegistryServer): Promise<void> {
	for (const [repository, tag, digest] of TAGS) {
		const current = destination.tag(repository, tag);
		if (current === undefined) continue;
		expect(current).toBe(digest);
		await closure(destination.url, repository, tag);
		if (repository === "team/app") {
			expect(
				await closure(destination.url, repository, fallbackTag(app)),
			).toContain(signature.digest);
		}
	}
}

/** Kills a run at its nth request, then lets it run again. False when it ended before that. */
async function crash(kill: Kill): Promise<boolean> {
	const destination = await new RegistryServer().start();
	destination.createOnlyTags = true;
	try {
		const killer = new Killer(kill);
		const killed = await run(destination, killer);
		await checkInvariants(destination);
		if (!killer.isDead) {
			expect(killed.counts.promoted).toBe(3);
			return false;
		}
		const rerun = await run(destination);
		expect(rerun.counts.promoted + rerun.counts.present).toBe(3);
		for (const [repository, tag, digest] of TAGS) {
			expect(destination.tag(repository, tag)).toBe(digest);
		}
		await checkInvariants(destination);
		const writes = () => destination.count("PUT", "POST", "DELETE");
		const before = writes();
		expect((await run(destination)).counts.present).toBe(3);
		expect(writes()).toBe(before);
		return true;
	} finally {
		await destination.stop();
	}
}

test.each(["before", "after"] as const)(
	"a run that is killed %s any of its requests leaves no tag half done, and the next one finishes",
	async (moment) => {
		let n = 1;
		while (await crash({ n, moment })) n++;
		// Fewer would mean that the run was not what it is meant to be here.
		expect(n).toBeGreaterThan(45);
	},
	120_000,
);
