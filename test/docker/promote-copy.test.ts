import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureCrane } from "../../toolchain/peer-programs.ts";
import { closure } from "../services/oci/closure.ts";
import {
	blob,
	descriptorOf,
	fallbackTag,
	image,
	index,
	manifest,
	push,
	referrer,
	referrers,
	type TestImage,
} from "../services/oci/images.ts";
import { setUpPromoter } from "./promote-harness.ts";
import { entry, type Promoter } from "./promoter-process.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const run = promisify(execFile);

const shared = blob(randomBytes(3 * 1024 * 1024));
const single = image([shared, blob("single"), blob("")]);
const platforms = index([
	image([shared, blob("amd64")]),
	image([shared, blob("arm64")]),
]);
const docker = manifest(
	{
		schemaVersion: 2,
		mediaType: "application/vnd.docker.distribution.manifest.v2+json",
		config: {
			...descriptorOf(blob("{}")),
			mediaType: "application/vnd.docker.container.image.v1+json",
		},
		layers: [
			{
				...descriptorOf(shared),
				mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
			},
		],
	},
	[blob("{}"), shared],
);
const bundle = referrer(
	single,
	"application/vnd.dev.sigstore.bundle.v0.3+json",
);
const sbom = referrer(single, "application/spdx+json", "sbom");
const bundles = referrers([bundle, sbom]);
const cosign = image([
	blob("payload", "application/vnd.dev.cosign.simplesigning.v1+json"),
]);

let source: RunningRegistry;
let destination: RunningRegistry;
let promoter: Promoter;

beforeAll(async () => {
	source = await startRegistry();
	destination = await startRegistry();
	await push(source.url, "team/single", single);
	await push(source.url, "team/single", bundles, fallbackTag(single));
	await push(source.url, "team/single", cosign, `${fallbackTag(single)}.sig`);
	await push(source.url, "team/platforms", platforms);
	await push(source.url, "team/docker", docker);
	promoter = await setUpPromoter(
		source,
		destination,
		entry("team/single", single.digest, "1.0.0", "1.0.1") +
			entry("team/platforms", platforms.digest, "2.0.0") +
			entry("team/docker", docker.digest, "3.0.0"),
	);
});

afterAll(async () => {
	await promoter?.remove();
	await source?.stop();
	await destination?.stop();
});

test("everything arrives at a real registry", async () => {
	const { status, counts, blobs } = await promoter.report();
	expect(status).toBe(0);
	expect(counts).toMatchObject({ promoted: 4, failed: 0, refused: 0 });
	// 3 MiB once, not four times.
	expect(blobs.uploadedBytes).toBeLessThan(3.1 * 1024 * 1024);
	expect(blobs.mounted).toBeGreaterThanOrEqual(2);
});

test.each([
	["a single image", "team/single", "1.0.0", single],
	["its second tag", "team/single", "1.0.1", single],
	["two platforms", "team/platforms", "2.0.0", platforms],
	["a Docker image", "team/docker", "3.0.0", docker],
	["the list of its signatures", "team/single", fallbackTag(single), bundles],
	[
		"a signature of cosign",
		"team/single",
		`${fallbackTag(single)}.sig`,
		cosign,
	],
] as const)(
	"%s is byte by byte what it was, says skopeo",
	async (_, repository, tag, sent: TestImage) => {
		const { stdout } = await run(
			"skopeo",
			[
				"inspect",
				"--raw",
				"--tls-verify=false",
				`docker://${destination.host}/${repository}:${tag}`,
			],
			{ encoding: "buffer" },
		);
		expect(stdout.equals(sent.bytes)).toBe(true);
		await closure(destination.url, repository, tag);
	},
);

test.each([
	["team/single:1.0.0", single],
	["team/docker:3.0.0", docker],
] as const)(
	"%s can be pulled with all its blobs by skopeo",
	async (name, sent) => {
		const folder = await mkdtemp(join(tmpdir(), "pulled-"));
		await run("skopeo", [
			"copy",
			"--quiet",
			"--src-tls-verify=false",
			`docker://${destination.host}/${name}`,
			`dir:${folder}`,
		]);
		for (const { digest, bytes } of sent.blobs) {
			const pulled = await readFile(
				join(folder, digest.replace("sha256:", "")),
			);
			expect(pulled.equals(bytes)).toBe(true);
		}
		await rm(folder, { recursive: true });
	},
);

test("both platforms can be pulled by skopeo", async () => {
	const folder = await mkdtemp(join(tmpdir(), "pulled-"));
	await run("skopeo", [
		"copy",
		"--quiet",
		"--all",
		"--src-tls-verify=false",
		`docker://${destination.host}/team/platforms:2.0.0`,
		`dir:${folder}`,
	]);
	expect(
		(await readFile(join(folder, "manifest.json"))).equals(platforms.bytes),
	).toBe(true);
	await rm(folder, { recursive: true });
});

test("both platforms can be pulled by crane, as they were pushed", async () => {
	const crane = await ensureCrane();
	const name = `${destination.host}/team/platforms:2.0.0`;
	const { stdout } = await run(crane, ["digest", "--insecure", name]);
	expect(stdout.trim()).toBe(platforms.digest);
	const folder = await mkdtemp(join(tmpdir(), "pulled-"));
	await run(crane, ["pull", "--insecure", "--format=oci", name, folder]);
	for (const child of platforms.children) {
		for (const { digest, bytes } of [child, ...child.blobs]) {
			const blob = join(folder, "blobs", ...digest.split(":"));
			expect((await readFile(blob)).equals(bytes)).toBe(true);
		}
	}
	await rm(folder, { recursive: true });
});

test("the next run has nothing to do", async () => {
	const { status, counts, blobs } = await promoter.report();
	expect(status).toBe(0);
	expect(counts).toMatchObject({ promoted: 0, present: 4 });
	expect(blobs).toMatchObject({ present: 0, mounted: 0, uploaded: 0 });
});
