import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PromoterConfig } from "../../../../topology/job-config.ts";
import { namingRule } from "../../../../topology/naming.ts";
import { runCommand } from "../job-harness.ts";
import { A, B, entry } from "./manifest-harness.ts";

let folder: string;
let config: PromoterConfig;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "offline-"));
	await mkdir(join(folder, "promotions"));
	config = {
		// Names that lead nowhere, and passwords that are not there.
		source: {
			url: "http://ci-snapshots.invalid/",
			username: "reader",
			passwordFile: join(folder, "none"),
			naming: namingRule("ci-snapshots", true),
		},
		destination: {
			url: "http://prod-rw.invalid/",
			username: "writer",
			passwordFile: join(folder, "none"),
			naming: namingRule("prod", true),
		},
		artifactTypes: [],
		schedule: "*/5 * * * *",
		timeZone: "UTC",
		manifests: "/nowhere",
		state: join(folder, "state"),
	};
});
afterEach(() => rm(folder, { recursive: true }));

async function plan(
	files: Readonly<Record<string, string>>,
	...flags: string[]
) {
	const manifests = join(folder, "promotions");
	for (const [path, text] of Object.entries(files)) {
		await writeFile(join(manifests, path), text);
	}
	const file = join(folder, "promoter.json");
	await writeFile(file, JSON.stringify(config));
	return runCommand(
		[
			"promote",
			"plan",
			"--offline",
			"--config",
			file,
			"--manifests",
			manifests,
			...flags,
		],
		new AbortController().signal,
	);
}

const withoutSeconds = (text: string) => text.replace(/; \d+\.\d s$/m, "");

const OFFLINE =
	"no registry was asked: images are looked into, and tags compared, by a plan without --offline";

test("manifests are planned without registries and passwords", async () => {
	const { status, stdout } = await plan({
		"a.yaml": entry("team/app", A, '"1.0.0"'),
	});
	expect(status).toBe(0);
	expect(withoutSeconds(stdout)).toBe(
		[
			`planned  team/app:1.0.0 ${A}`,
			`note: ${OFFLINE}`,
			"1 to promote, 0 refused, 0 failed, 0 bad entries",
			"",
		].join("\n"),
	);
});

test("what no run would promote is refused, and the status is 1", async () => {
	config = { ...config, repositories: ["team/app"] };
	const { status, stdout } = await plan(
		{
			"a.yaml":
				entry("team/app", A, '"1.0.0"', '"main-7-0a1b2c3"') +
				entry("team/b", A, '"1.0.0"'),
		},
		"--json",
	);
	expect(status).toBe(1);
	const { items, counts } = JSON.parse(stdout);
	expect(counts).toMatchObject({ planned: 1, refused: 2 });
	expect(items.map(({ reason }: { reason?: string }) => reason)).toEqual([
		undefined,
		"tag main-7-0a1b2c3 is not taken by the destination; expected a semantic version such as 1.4.2. Fix: choose another tag",
		"repository team/b may not be promoted; expected team/app. Fix: have it added to the promoter's configuration",
	]);
});

test("bad entries and conflicts are told, by file, and the status is 2", async () => {
	const { status, stdout } = await plan(
		{
			"a.yaml": entry("team/app", A, '"1.0.0"', "1.1"),
			"b.yaml": entry("team/app", B, '"1.0.0"'),
		},
		"--json",
	);
	expect(status).toBe(2);
	expect(JSON.parse(stdout).problems).toEqual([
		`a.yaml:[0].dmap["${A}"][1]: tag is not text, got number 1.1; expected text. Fix: quote it: "1.1".`,
		`b.yaml:[0].dmap["${B}"][0]: team/app:1.0.0 is also asked for with ${A}, at a.yaml:[0].dmap["${A}"][0], got ${B}; expected one digest for a tag; neither is promoted. Fix: remove one of them.`,
	]);
});

test("rules are described, with what they would do", async () => {
	const { status, stdout } = await plan(
		{
			"a.yaml": `rules: [{repositories: ["team/.*"], tags: "([0-9.]+)-[0-9a-f]{7}", promote: "$1"}]`,
		},
		"--json",
	);
	expect(status).toBe(0);
	expect(JSON.parse(stdout).notes).toEqual([
		"a.yaml:rules[0]: promotes tags of team/.* like ([0-9.]+)-[0-9a-f]{7} as $1; for example 1.4.2-0a1b2c3 as 1.4.2",
		OFFLINE,
	]);
});

test("the commit of the manifests is named where it is known", async () => {
	const commit = "c".repeat(40);
	const { stdout } = await plan(
		{ "files.json": JSON.stringify({ files: [], commit }) },
		"--json",
	);
	expect(JSON.parse(stdout).commit).toBe(commit);
});

test("a comment for a pull request is written with --markdown", async () => {
	const { stdout } = await plan(
		{ "a.yaml": entry("team/app", A, '"1.0.0"') },
		"--markdown",
	);
	expect(withoutSeconds(stdout).split("\n").slice(0, 3)).toEqual([
		"### Promotion from <code>ci-snapshots.invalid</code> to <code>prod-rw.invalid</code>",
		"",
		"1 to promote, 0 refused, 0 failed, 0 bad entries",
	]);
});

test("a folder that is not there ends with status 2", async () => {
	const { status, stderr } = await plan(
		{},
		"--manifests",
		join(folder, "none"),
	);
	expect(status).toBe(2);
	expect(stderr).toBe(
		`${join(folder, "none")}: cannot read the promotion manifests, got ENOENT; expected a folder this process may read. Fix: mount the folder there, or correct 'manifests' in the configuration.\n`,
	);
});
