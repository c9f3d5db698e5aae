import { beforeEach, describe, expect, test } from "vitest";
import { CurrentTags } from "../../../../services/jobs/promote/current-tags.ts";
import type { RuleCandidate } from "../../../../services/jobs/promote/expand-rules.ts";
import { DigestTable } from "../../../../services/jobs/promote/promotion-ledger.ts";
import { rulePromotions } from "../../../../services/jobs/promote/rule-promotions.ts";
import { TagInventory } from "../../../../services/oci/tag-inventory.ts";
import { status } from "../../oci/faults.ts";
import { blob } from "../../oci/images.ts";
import { builtImage } from "./built-images.ts";
import { APP, registryHarness } from "./registry-harness.ts";

const app = builtImage();
const older = builtImage({ layers: [blob("older")] });
const source = registryHarness();
const destination = registryHarness();

const candidate: RuleCandidate = {
	repository: APP,
	sourceTag: "1.0.0-abcdef0",
	tag: "1.0.0",
	file: "r.yaml",
	path: "rules[0]",
};

beforeEach(() => source.push(app, "1.0.0-abcdef0"));

function resolve(offered: RuleCandidate = candidate, compare = false) {
	const { registry } = destination;
	const tags = new TagInventory(registry);
	const current = new CurrentTags(registry, tags, new DigestTable());
	return rulePromotions([offered], source.registry, current, compare);
}

test("a tag that is not there yet is promoted from the digest it has now", async () => {
	expect(await resolve()).toEqual({
		promotions: [{ ...candidate, digest: app.digest }],
		steps: [],
	});
});

test("one that is there has the digest it has, and the source is not asked", async () => {
	await destination.push(older, "1.0.0");
	expect(await resolve()).toEqual({
		promotions: [{ ...candidate, digest: older.digest }],
		steps: [],
	});
	expect(source.requests()).toEqual([]);
});

test("one that is there is compared with the source when that is asked for", async () => {
	await destination.push(older, "1.0.0");
	expect(await resolve(candidate, true)).toEqual({
		promotions: [{ ...candidate, digest: app.digest }],
		steps: [],
	});
});

test("one that was cleaned up since the listing is let go", async () => {
	const gone = { ...candidate, sourceTag: "1.0.1-abcdef0" };
	expect(await resolve(gone)).toEqual({ promotions: [], steps: [] });
});

describe("one with something against it", () => {
	const reason = "two tags are to become 1.0.0";

	test("is refused, without a digest", async () => {
		expect(await resolve({ ...candidate, reason })).toEqual({
			promotions: [],
			steps: [{ action: "refuse", promotion: candidate, reason }],
		});
		expect(source.requests()).toEqual([]);
	});

	test.each([false, true])(
		"is what it is when it is there already, compared or not (%s)",
		async (compare) => {
			await destination.push(older, "1.0.0");
			expect(await resolve({ ...candidate, reason }, compare)).toEqual({
				promotions: [{ ...candidate, digest: older.digest }],
				steps: [],
			});
		},
	);
});

describe("fails", () => {
	test("when the destination cannot be read", async () => {
		destination.server.faults.push({ path: /tags/, action: status(403) });
		expect(await resolve()).toEqual({
			promotions: [],
			steps: [
				{
					action: "fail",
					promotion: candidate,
					reason: `GET ${destination.server.url}/v2/${APP}/tags/list was refused with status 403`,
				},
			],
		});
	});

	test("when the source cannot be asked", async () => {
		source.server.faults.push({
			method: "HEAD",
			path: /./,
			action: status(403),
		});
		expect(await resolve()).toEqual({
			promotions: [],
			steps: [
				{
					action: "fail",
					promotion: candidate,
					reason: `HEAD ${source.server.url}/v2/${APP}/manifests/1.0.0-abcdef0 was refused with status 403`,
				},
			],
		});
	});
});
