import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { status } from "../../oci/faults.ts";
import { fallbackTag, push, referrers } from "../../oci/images.ts";
import { app, entry, other } from "../job-harness.ts";
import {
	CI,
	listedFor,
	promotionHarness,
	recordsOf,
	signatureOf,
} from "./promotion-harness.ts";
import { keyOf } from "./signatures/signed.ts";

const APP = "team/app";
const harness = promotionHarness();

beforeEach(async () => {
	await push(harness.source.url, APP, app);
	await harness.manifests({
		"a.yaml": entry(APP, app.digest, "1.0.0", "1.0.1"),
	});
});

const records = () => recordsOf(harness.destination, APP, app);
/** Paths of the requests that wrote a manifest of Prod. */
const written = () =>
	harness.destination.seen
		.filter(({ method, path }) => method === "PUT" && /manifests/.test(path))
		.map(({ path }) => path.replace(`/v2/${APP}/manifests/`, ""));

const recorded = (tag: string, i: number) => ({
	tag,
	file: "a.yaml",
	path: `[0].dmap["${app.digest}"][${i}]`,
});

test("all tags that a run gives an image have one record, signed by the promoter", async () => {
	const { source, destination, report, signRecords } = harness;
	await signRecords();
	const { startedAt } = await report("promote", "run");
	expect(records()).toEqual([
		{
			_type: "https://in-toto.io/Statement/v1",
			subject: [{ name: APP, digest: { sha256: app.digest.slice(7) } }],
			predicateType: "urn:registry-tiers:promotion:v1",
			predicate: {
				tags: [recorded("1.0.0", 0), recorded("1.0.1", 1)],
				source: source.host,
				destination: destination.host,
				promotedBy: "writer",
				promotedAt: startedAt,
				checks: { passed: [], lowered: [] },
			},
		},
	]);
});

test("a record names the commit of the manifests", async () => {
	const { config, signRecords, run } = harness;
	const commit = "c".repeat(40);
	await signRecords();
	await writeFile(
		join(config.manifests, "files.json"),
		JSON.stringify({ commit, files: ["a.yaml"] }),
	);
	await run("promote", "run");
	expect(records()).toMatchObject([{ predicate: { commit } }]);
	expect(await harness.audit()).toMatchObject([{ commit }, { commit }]);
});

test("a record names the signer, and the tag a rule found", async () => {
	const { source, configure, signRecords, manifests, run } = harness;
	await push(source.url, APP, app, "2.0.0-abcdef0");
	await push(source.url, APP, referrers([signatureOf(app)]), fallbackTag(app));
	await signRecords();
	await configure({ signers: [CI] });
	await manifests({
		"a.yaml": `rules:
- repositories: ["team/.*"]
  tags: '([0-9]+\\.[0-9]+\\.[0-9]+)-[0-9a-f]{7,40}'
  promote: $1
`,
	});
	await run("promote", "run");
	expect(records()).toMatchObject([
		{
			predicate: {
				tags: [
					{
						tag: "2.0.0",
						file: "a.yaml",
						path: "rules[0]",
						sourceTag: "2.0.0-abcdef0",
					},
				],
				checks: { signer: "ci", lowered: [] },
			},
		},
	]);
});

test("a record is there before the first tag", async () => {
	await harness.signRecords();
	await harness.run("promote", "run");
	const writes = written();
	const [record = ""] = listedFor(harness.destination, APP, app);
	const order = [app.digest, record, fallbackTag(app)];
	expect(writes.slice(0, 3)).toEqual(order);
	expect(writes.slice(3).toSorted()).toEqual(["1.0.0", "1.0.1"]);
});

test("a record is listed beside the signatures that came along", async () => {
	const { source, destination, signRecords, run } = harness;
	const signature = signatureOf(app);
	await push(source.url, APP, referrers([signature]), fallbackTag(app));
	await signRecords();
	await run("promote", "run");
	const listed = listedFor(destination, APP, app);
	expect(listed).toHaveLength(2);
	expect(listed[0]).toBe(signature.digest);
	expect(records()).toHaveLength(1);
});

test("an index has a record as a whole, and its platforms none", async () => {
	const { source, destination, manifests, signRecords, run } = harness;
	await push(source.url, "team/other", other);
	await manifests({ "b.yaml": entry("team/other", other.digest, "1.0.0") });
	await signRecords();
	await run("promote", "run");
	expect(recordsOf(destination, "team/other", other)).toHaveLength(1);
	for (const child of other.children) {
		expect(listedFor(destination, "team/other", child)).toEqual([]);
	}
});

test("a further tag has a record of its own beside the first", async () => {
	const { manifests, signRecords, run } = harness;
	await signRecords();
	await run("promote", "run");
	await manifests({
		"a.yaml": entry(APP, app.digest, "1.0.0", "1.0.1", "1.0.2"),
	});
	await run("promote", "run");
	expect(records()).toMatchObject([
		{ predicate: { tags: [{ tag: "1.0.0" }, { tag: "1.0.1" }] } },
		{ predicate: { tags: [{ tag: "1.0.2" }] } },
	]);
});

test("a run that promotes nothing records nothing", async () => {
	const { signRecords, run, writes } = harness;
	await signRecords();
	await run("promote", "run");
	const before = writes();
	await run("promote", "run");
	expect(writes()).toBe(before);
	expect(await harness.audit()).toHaveLength(2);
});

test("a promotion that goes on failing has one record, however often it is tried", async () => {
	const { destination, signRecords, run } = harness;
	await signRecords();
	destination.faults.push({
		method: "PUT",
		path: /manifests\/1\.0\.[01]$/,
		times: 6,
		action: status(403),
	});
	for (let runs = 0; runs < 4; runs++) await run("promote", "run");
	expect(destination.tag(APP, "1.0.1")).toBe(app.digest);
	expect(records()).toHaveLength(1);
});

test("a promoter without a key writes no record", async () => {
	await harness.run("promote", "run");
	expect(written().toSorted()).toEqual(
		["1.0.0", "1.0.1", app.digest].toSorted(),
	);
});

describe("without its record nothing is promoted:", () => {
	test("when it cannot be attached", async () => {
		const { destination, signRecords, report } = harness;
		await signRecords();
		destination.faults.push({
			method: "PUT",
			path: new RegExp(fallbackTag(app)),
			action: status(403),
		});
		const { items } = await report("promote", "run");
		const reason = `PUT ${destination.url}/v2/${APP}/manifests/${fallbackTag(app)} was refused with status 403`;
		expect(items.map(({ outcome, reason }) => [outcome, reason])).toEqual([
			["failed", reason],
			["failed", reason],
		]);
		expect(destination.tag(APP, "1.0.0")).toBeUndefined();
	});

	test.each([
		["is not there", undefined, "got ENOENT"],
		["is none", "no key", "got another content"],
		[
			"is on another curve",
			keyOf("P-384").privateKey.export({ type: "pkcs8", format: "pem" }),
			"got another content",
		],
	])("when the key %s", async (_, key, got) => {
		const { folder, configure, run, writes } = harness;
		const recordKeyFile = join(folder, "key");
		if (key !== undefined) await writeFile(recordKeyFile, key);
		await configure({ recordKeyFile });
		const { status, stderr } = await run("promote", "run");
		expect(status).toBe(2);
		expect(stderr).toBe(
			`${recordKeyFile}: cannot read the key that signs promotion records, ${got}; expected an ECDSA key on P-256, PKCS #8 in PEM. Fix: mount it there, or correct 'recordKeyFile' in the configuration.\n`,
		);
		expect(writes()).toBe(0);
	});
});

describe("the audit log", () => {
	test("has a line for each tag that was promoted, whether or not records are signed", async () => {
		const { source, destination, run, audit } = harness;
		await run("promote", "run");
		const line = (tag: string, i: number) => ({
			at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
			source: source.host,
			destination: destination.host,
			promotedBy: "writer",
			promotedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
			repository: APP,
			digest: app.digest,
			outcome: "promoted",
			...recorded(tag, i),
		});
		const lines = await audit();
		expect(
			lines.toSorted((a, b) => (`${a.tag}` < `${b.tag}` ? -1 : 1)),
		).toEqual([line("1.0.0", 0), line("1.0.1", 1)]);
	});

	test("is only appended to, and has no line of what was refused", async () => {
		const { config, manifests, run, audit } = harness;
		await mkdir(config.state, { recursive: true });
		await writeFile(join(config.state, "audit.jsonl"), '{"first":1}\n');
		await manifests({ "a.yaml": entry(APP, app.digest, "1.0.0", "nightly") });
		await run("promote", "run");
		expect(await audit()).toMatchObject([{ first: 1 }, { tag: "1.0.0" }]);
	});

	test("that cannot be written fails no promotion, and its line is in the log", async () => {
		const { config, run, destination } = harness;
		await rm(config.state, { recursive: true, force: true });
		await writeFile(config.state, "a file is in the way");
		const { status, stderr } = await run("promote", "run");
		expect(status).toBe(0);
		expect(destination.tag(APP, "1.0.0")).toBe(app.digest);
		const lines = stderr
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line))
			.filter(({ msg }) => msg === "cannot write the audit log");
		expect(lines.map(({ tag }) => tag).toSorted()).toEqual(["1.0.0", "1.0.1"]);
		expect(lines[0]).toMatchObject({ level: "error", digest: app.digest });
	});
});
