import { beforeEach, describe, expect, test } from "vitest";
import { CurrentTags } from "../../../../services/jobs/promote/current-tags.ts";
import { DigestTable } from "../../../../services/jobs/promote/promotion-ledger.ts";
import { TagInventory } from "../../../../services/oci/tag-inventory.ts";
import { status } from "../../oci/faults.ts";
import { blob } from "../../oci/images.ts";
import { builtImage } from "./built-images.ts";
import { APP, registryHarness } from "./registry-harness.ts";

const app = builtImage();
const other = builtImage({ layers: [blob("other")] });
const TAG = { repository: APP, tag: "1.0.0" };
const LIST = "GET tags/list";
const HEAD = "HEAD manifests/1.0.0";
const harness = registryHarness();

beforeEach(() => harness.push(app, "1.0.0"));

function currentTags(
	...known: readonly (readonly [string, string, typeof app.digest])[]
) {
	const { registry } = harness;
	const tags = new TagInventory(registry);
	return new CurrentTags(registry, tags, new DigestTable(known));
}

const seen = (current: CurrentTags) => [...current.seen.entries()];

test("a tag that is listed and was seen before costs no request of its own", async () => {
	const current = currentTags([APP, "1.0.0", app.digest]);
	expect(await current.of(TAG, app.digest)).toEqual({ digest: app.digest });
	expect(await current.of(TAG)).toEqual({ digest: app.digest });
	expect(harness.requests()).toEqual([LIST]);
	expect(seen(current)).toEqual([[APP, "1.0.0", app.digest]]);
});

test("a tag that nobody has seen is asked for once", async () => {
	const current = currentTags();
	expect(await current.of(TAG)).toEqual({ digest: app.digest });
	expect(await current.of(TAG, app.digest)).toEqual({ digest: app.digest });
	expect(await current.of(TAG, other.digest)).toEqual({ digest: app.digest });
	expect(harness.requests()).toEqual([LIST, HEAD]);
	expect(seen(current)).toEqual([[APP, "1.0.0", app.digest]]);
});

test("a tag that was seen at another digest than is wanted is asked for", async () => {
	const current = currentTags([APP, "1.0.0", other.digest]);
	expect(await current.of(TAG, app.digest)).toEqual({ digest: app.digest });
	expect(harness.requests()).toEqual([LIST, HEAD]);
	expect(seen(current)).toEqual([[APP, "1.0.0", app.digest]]);
});

test("a tag that is not listed is absent, whatever was seen before", async () => {
	const current = currentTags([APP, "1.0.1", app.digest]);
	const tag = { repository: APP, tag: "1.0.1" };
	expect(await current.of(tag, app.digest)).toEqual({ digest: undefined });
	expect(harness.requests()).toEqual([LIST]);
	expect(seen(current)).toEqual([]);
});

test("a repository that is not there has no tags", async () => {
	const current = currentTags();
	expect(await current.of({ repository: "team/none", tag: "1.0.0" })).toEqual({
		digest: undefined,
	});
});

test("a tag that is deleted after the listing is absent", async () => {
	harness.server.faults.push({
		method: "HEAD",
		path: /1\.0\.0$/,
		action: status(404),
	});
	const current = currentTags();
	expect(await current.of(TAG)).toEqual({ digest: undefined });
	expect(seen(current)).toEqual([]);
});

test("a repository is listed once for all its tags", async () => {
	await harness.push(other, "1.0.1");
	const current = currentTags();
	await Promise.all(
		["1.0.0", "1.0.1", "1.0.2"].map((tag) => current.of({ ...TAG, tag })),
	);
	expect(harness.requests().toSorted()).toEqual([
		LIST,
		HEAD,
		"HEAD manifests/1.0.1",
	]);
});

describe("cannot be told:", () => {
	test("what is in a repository that cannot be listed, even what was seen before", async () => {
		harness.server.faults.push({ path: /tags/, action: status(403) });
		const current = currentTags([APP, "1.0.0", app.digest]);
		expect(await current.of(TAG, app.digest)).toEqual({
			unreadable: `GET ${harness.server.url}/v2/${APP}/tags/list was refused with status 403`,
		});
		expect(seen(current)).toEqual([]);
	});

	test("what a tag points to that cannot be asked for", async () => {
		harness.server.faults.push({
			method: "HEAD",
			path: /./,
			action: status(403),
		});
		expect(await currentTags().of(TAG)).toEqual({
			unreadable: `HEAD ${harness.server.url}/v2/${APP}/manifests/1.0.0 was refused with status 403`,
		});
	});
});
