import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "../../../../services/jobs/log.ts";
import { lineProgress } from "../../../../services/jobs/progress.ts";
import { promote } from "../../../../services/jobs/promote/promote.ts";
import type { PromotionReport } from "../../../../services/jobs/promote/report.ts";
import type { TransportOptions } from "../../../../services/oci/transport.ts";
import { PROMOTED_ARTIFACT_TYPES } from "../../../../topology/job-config.ts";
import { namingRule } from "../../../../topology/naming.ts";
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
import { entry } from "../job-harness.ts";

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
let destination: RegistryServer;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "crash-"));
	source = await new RegistryServer().start();
	destination = await new RegistryServer().start();
	destination.createOnlyTags = true;
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
	await destination.stop();
	await rm(folder, { recursive: true });
});

function run(http: TransportOptions = {}): Promise<PromotionReport> {
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
		progress: lineProgress(log, "promoting"),
		http,
	});
}

/** What holds at any time: a tag is absent or right, and what it stands for is complete. */
async function checkInvariants(): Promise<void> {
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

async function finish(): Promise<void> {
	const { counts } = await run();
	expect(counts.promoted + counts.present).toBe(3);
	for (const [repository, tag, digest] of TAGS) {
		expect(destination.tag(repository, tag)).toBe(digest);
	}
	await checkInvariants();
	const again = await expectNoWrites(destination, run);
	expect(again.counts.present).toBe(3);
}

test.each(["before", "after"] as const)(
	"a run that is killed %s any of its requests leaves no tag half done, and the next one finishes",
	async (moment) => {
		const { runs, report } = await killAtEachRequest(moment, {
			begin: async () => destination.copyFrom(new RegistryServer()),
			run,
			checkInvariants,
			finish,
		});
		expect(report.counts.promoted).toBe(3);
		// Fewer would mean that the run was not what it is meant to be here.
		expect(runs).toBeGreaterThan(45);
	},
	120_000,
);
