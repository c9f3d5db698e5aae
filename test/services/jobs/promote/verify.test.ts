import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { VerifyReport } from "../../../../services/jobs/promote/verify/verify-report.ts";
import { signingKeyPem } from "../../../../topology/estate-signing-key.ts";
import { status } from "../../oci/faults.ts";
import { fallbackTag, push, referrer, referrers } from "../../oci/images.ts";
import { app, entry, jobHarness, other } from "../job-harness.ts";

const harness = jobHarness();
const RECORD_KEY = signingKeyPem(
	createHash("sha256").update("record").digest("base64"),
);

/** Prod as two promotions left it, with a record each. */
beforeEach(async () => {
	const { source, manifests, configure, run } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/other", other);
	await manifests({
		"a.yaml":
			entry("team/app", app.digest, "1.0.0", "1.0.1") +
			entry("team/other", other.digest, "2.0.0"),
	});
	const recordKeyFile = join(harness.folder, "record-key");
	await writeFile(recordKeyFile, RECORD_KEY);
	await configure({ recordKeyFile });
	expect((await run("promote", "run")).status).toBe(0);
});

async function verify(
	...args: string[]
): Promise<VerifyReport & { readonly status: number }> {
	const { status, stdout } = await harness.run(
		"promote",
		"verify",
		"--json",
		...args,
	);
	return { status, ...JSON.parse(stdout) };
}

/** Loses a blob of Prod, as a damaged disk does. */
function lose(digest: string): void {
	harness.destination.blobs.delete(digest);
}

// The layer that no other image has.
const layer = app.blobs[2]?.digest ?? "";

test("what was promoted is whole and recorded, and every byte of it was hashed", async () => {
	const { status, counts, unknown, bytes, tags } = await verify();
	expect(status).toBe(0);
	// Three tags and the lists of their two records.
	expect(counts).toEqual({ whole: 5, repaired: 0, broken: 0 });
	expect(unknown).toBe(0);
	expect(tags.filter(({ record }) => record === "signed")).toHaveLength(3);
	const blobs = [...harness.destination.blobs.values()];
	expect(bytes).toBe(
		blobs.reduce((sum, { byteLength }) => sum + byteLength, 0),
	);
});

test("a tag that nobody promoted is told, and fails nothing", async () => {
	await push(harness.destination.url, "team/app", app, "6.6.6");
	const { status, unknown, tags } = await verify();
	expect(status).toBe(0);
	expect(unknown).toBe(1);
	expect(tags.find(({ tag }) => tag === "6.6.6")?.record).toBe("unknown");
	expect((await harness.run("promote", "verify")).stdout).toContain(
		`unknown  team/app:6.6.6 ${app.digest}\n         no promotion record of this estate stands for it\n`,
	);
});

test("a record that another key signed counts for nothing", async () => {
	await writeFile(
		join(harness.folder, "record-key"),
		signingKeyPem(createHash("sha256").update("other").digest("base64")),
	);
	expect((await verify()).unknown).toBe(3);
});

describe("a blob that is gone", () => {
	test("breaks every tag that needs it, and the run", async () => {
		lose(layer);
		const { status, counts, tags } = await verify();
		expect(status).toBe(1);
		expect(counts.broken).toBe(2);
		expect(tags.find(({ tag }) => tag === "1.0.1")?.reasons).toEqual([
			expect.stringContaining(`/blobs/${layer} was refused with status 404`),
		]);
	});

	test("is brought from the source again when asked for, and a promotion then finds all whole", async () => {
		lose(layer);
		const { status, counts } = await verify("--repair");
		expect(status).toBe(0);
		expect(counts).toEqual({ whole: 3, repaired: 2, broken: 0 });
		expect((await verify()).counts.broken).toBe(0);
	});

	test("stays broken when the source has lost it too", async () => {
		lose(layer);
		harness.source.blobs.delete(layer);
		const { status, tags } = await verify("--repair");
		expect(status).toBe(1);
		expect(tags.find(({ tag }) => tag === "1.0.0")?.reasons).toEqual([
			expect.stringContaining(`/blobs/${layer} was refused`),
			expect.stringContaining(`blob ${layer} cannot be brought again: GET`),
		]);
	});
});

test("a manifest of one platform that is gone breaks its index, and can be repaired", async () => {
	const child = other.children[1]?.digest ?? "";
	harness.destination.repositories.get("team/other")?.manifests.delete(child);
	expect((await verify()).counts.broken).toBe(1);
	expect((await verify("--repair")).counts).toMatchObject({
		repaired: 1,
		broken: 0,
	});
});

test("a blob with other content is broken, though the registry answers 200", async () => {
	harness.destination.blobs.set(layer, Buffer.from("damaged!"));
	expect((await verify()).counts.broken).toBe(2);
});

test("what is attached to an image is walked too", async () => {
	const { destination } = harness;
	const signature = referrer(other, "application/spdx+json");
	destination.createOnlyTags = false;
	await push(
		destination.url,
		"team/other",
		referrers([signature]),
		fallbackTag(other),
	);
	lose(signature.blobs[1]?.digest ?? "");
	const { tags } = await verify();
	expect(
		tags.filter(({ outcome }) => outcome === "broken").map(({ tag }) => tag),
	).toEqual([fallbackTag(other)]);
});

test("a tag that cannot be read is broken, the others are walked", async () => {
	harness.destination.faults.push({
		path: /team\/app\/manifests\/1\.0\.0/,
		action: status(403),
	});
	const { counts } = await verify();
	expect(counts).toMatchObject({ whole: 4, broken: 1 });
});

test("nothing is written without --repair", async () => {
	lose(layer);
	const before = harness.writes();
	await verify();
	expect(harness.writes()).toBe(before);
});
