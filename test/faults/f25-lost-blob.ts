import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { VerifyReport } from "../../services/jobs/promote/verify/verify-report.ts";
import { outcomesOf } from "./outcome.ts";
import type { Rig } from "./rig.ts";
import { layerOf, sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

const run = promisify(execFile);

/** F25: Prod loses content of a tag that is there. */
export const lostBlob: Scenario = {
	id: "F25",
	title: "Prod loses a blob below a tag",
	inject:
		"the file of one layer removed from Prod's store, a byte of another one changed",
	expect:
		"verify names both and fails; --repair brings the lost one; the changed one once it is removed",
	run: async (rig) => {
		const lost = await rig.offer(sampleImage("team/lost"));
		const changed = await rig.offer(sampleImage("team/changed"));
		await rig.offer(sampleImage("team/whole"));
		assert.equal((await rig.run()).status, 0);

		const lostFile = fileOf(layerOf(lost).digest);
		const changedFile = fileOf(layerOf(changed).digest);
		await inRegistry(rig, `rm ${lostFile}`);
		await inRegistry(
			rig,
			`printf x | dd of=${changedFile} bs=1 seek=100 conv=notrunc`,
		);
		await assert.rejects(rig.check(), /^Error: I1: .*\/team\/lost\/blobs\//s);

		const found = await verify(rig);
		assert.equal(found.status, 1);
		assert.deepEqual(found.outcomes, {
			"team/lost:1.0.0": "broken",
			"team/changed:1.0.0": "broken",
		});

		const repaired = await verify(rig, "--repair");
		assert.deepEqual(repaired.outcomes, {
			"team/lost:1.0.0": "repaired",
			// distribution keeps the file it has under this digest, whatever is in it.
			"team/changed:1.0.0": "broken",
		});
		assert.equal(repaired.status, 1);

		await inRegistry(rig, `rm ${changedFile}`);
		const again = await verify(rig, "--repair");
		assert.deepEqual(again.outcomes, { "team/changed:1.0.0": "repaired" });
		assert.equal(again.status, 0);
		const last = await verify(rig);
		assert.deepEqual(last, { status: 0, outcomes: {} });
		assert.deepEqual(outcomesOf((await rig.run()).report), {
			"team/lost:1.0.0": "present",
			"team/changed:1.0.0": "present",
			"team/whole:1.0.0": "present",
		});
	},
};

/** Runs `promote verify`: its exit status, and the outcome of every tag that was not whole. */
async function verify(rig: Rig, ...flags: readonly string[]) {
	const promoter = await rig.promoter();
	try {
		const { status, stdout, stderr } = await promoter.run({
			command: ["promote", "verify", ...flags],
		});
		assert.match(stdout, /^\{/, stderr);
		const { tags }: VerifyReport = JSON.parse(stdout);
		const outcomes = tags
			.filter(({ outcome }) => outcome !== "whole")
			.map(({ repository, tag, outcome }) => [`${repository}:${tag}`, outcome]);
		return { status, outcomes: Object.fromEntries(outcomes) };
	} finally {
		await promoter.remove();
	}
}

function fileOf(digest: string): string {
	const hex = digest.replace("sha256:", "");
	return `/tmp/registry/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
}

async function inRegistry(rig: Rig, script: string): Promise<void> {
	const { containerId } = rig.destination.registry;
	await run("docker", ["exec", containerId, "sh", "-c", script]);
}
