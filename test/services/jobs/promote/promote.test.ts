import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { fallbackTag, push, referrer, referrers } from "../../oci/images.ts";
import { app, entry, jobHarness, other } from "../job-harness.ts";

const harness = jobHarness();

test("promotes what the manifests ask for and says what it did", async () => {
	const { source, destination, config, manifests, protect, report } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/other", other);
	await manifests({
		"app.yaml": entry("team/app", app.digest, "1.0.0", "1.0.1"),
		"web/other.yml": entry("team/other", other.digest, "2.0.0"),
	});
	protect();
	const { startedAt, seconds, ...rest } = await report("promote", "run");
	expect(rest).toEqual({
		status: 0,
		source: source.host,
		destination: destination.host,
		dryRun: false,
		counts: {
			promoted: 3,
			planned: 0,
			present: 0,
			held: 0,
			refused: 0,
			failed: 0,
			aborted: 0,
		},
		notes: [],
		blobs: {
			present: 0,
			mounted: expect.any(Number),
			uploaded: 6,
			uploadedBytes: expect.any(Number),
		},
		problems: [],
		items: [
			{
				repository: "team/app",
				tag: "1.0.0",
				digest: app.digest,
				file: "app.yaml",
				path: `[0].dmap["${app.digest}"][0]`,
				outcome: "promoted",
			},
			{
				repository: "team/app",
				tag: "1.0.1",
				digest: app.digest,
				file: "app.yaml",
				path: `[0].dmap["${app.digest}"][1]`,
				outcome: "promoted",
			},
			{
				repository: "team/other",
				tag: "2.0.0",
				digest: other.digest,
				file: "web/other.yml",
				path: `[0].dmap["${other.digest}"][0]`,
				outcome: "promoted",
			},
		],
	});
	expect(Date.parse(startedAt)).not.toBeNaN();
	expect(seconds).toBeGreaterThanOrEqual(0);
	destination.auth = undefined;
	for (const [repository, tag] of [
		["team/app", "1.0.0"],
		["team/app", "1.0.1"],
		["team/other", "2.0.0"],
	] as const) {
		await closure(destination.url, repository, tag);
	}
	expect(config.destination.url).toBe(destination.url);
});

test("writes nothing the second time", async () => {
	const { source, manifests, report, writes } = harness;
	await push(source.url, "team/app", app);
	await push(
		source.url,
		"team/app",
		referrers([referrer(app, "application/spdx+json")]),
		fallbackTag(app),
	);
	await manifests({ "app.yaml": entry("team/app", app.digest, "1.0.0") });
	await report("promote", "run");
	const first = writes();
	expect(first).toBeGreaterThan(0);
	expect(await report("promote", "run")).toMatchObject({
		status: 0,
		counts: { promoted: 0, present: 1 },
	});
	expect(writes()).toBe(first);
});

test.each([[["plan"]], [["run", "--dry-run"]]])(
	"shows with 'promote %s' what it would do, and writes nothing",
	async (command) => {
		const { source, destination, manifests, run, writes } = harness;
		await push(source.url, "team/app", app);
		await push(destination.url, "team/app", app, "1.0.0");
		const before = writes();
		await manifests({
			"app.yaml": entry("team/app", app.digest, "1.0.0", "1.0.1", "latest-1"),
		});
		const { status, stdout } = await run("promote", ...command);
		expect(stdout).toMatch(
			new RegExp(
				`^planned {2}team/app:1\\.0\\.1 ${app.digest}
refused {2}team/app:latest-1 ${app.digest}
 {9}app\\.yaml:\\[0\\]\\.dmap\\["${app.digest}"\\]\\[2\\]: tag latest-1 is not taken by the destination; expected a semantic version such as 1\\.4\\.2\\. Fix: choose another tag
1 to promote, 1 already there, 1 refused, 0 failed, 0 bad entries; [0-9.]+ s
$`,
			),
		);
		expect(status).toBe(1);
		expect(writes()).toBe(before);
	},
);

test("problems are told file by file, whatever found them", async () => {
	const { manifests, report } = harness;
	await manifests({
		"a.yaml":
			entry("team/app", app.digest, "1.0.0") + entry("Bad", app.digest, "1"),
		"b.yaml":
			entry("team/app", other.digest, "1.0.0") + entry("Bad", app.digest, "1"),
		"c.yaml": "{",
	});
	const { problems } = await report("promote", "plan");
	expect(problems.map((line) => line.slice(0, 14))).toEqual([
		"a.yaml:[1].nam",
		"b.yaml:[1].nam",
		"b.yaml:[0].dma",
		"c.yaml:line 1:",
	]);
});

test("names that are not taken cost no request", async () => {
	const { source, destination, manifests, report } = harness;
	await manifests({
		"a.yaml":
			entry("app", app.digest, "1.0.0") +
			entry("team/app", app.digest, "nightly"),
	});
	expect((await report("promote", "run")).counts).toMatchObject({ refused: 2 });
	expect([...source.seen, ...destination.seen]).toEqual([]);
});

test("log lines are JSON: one for each promotion that failed, and a sum", async () => {
	const { source, manifests, run } = harness;
	await push(source.url, "team/app", app);
	await manifests({
		"a.yaml":
			entry("team/app", app.digest, "1.0.0") +
			entry("team/app2", app.digest, "1.0.0", "x"),
		"b.yaml": "{",
	});
	const { stderr } = await run("promote", "run");
	const lines = stderr
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(
		lines
			.map(({ level, msg, repository, tag }) => ({
				level,
				msg,
				repository,
				tag,
			}))
			.toSorted((a, b) => (`${a.msg}` < `${b.msg}` ? -1 : 1)),
	).toEqual([
		{ level: "error", msg: "a promotion manifest has a bad entry" },
		{ level: "error", msg: "failed", repository: "team/app2", tag: "1.0.0" },
		{ level: "info", msg: "promoted", repository: "team/app", tag: "1.0.0" },
		{ level: "info", msg: "promotion ended" },
		{ level: "error", msg: "refused", repository: "team/app2", tag: "x" },
	]);
});

test("signatures that stay behind are reported with their image", async () => {
	const { source, manifests, report, run } = harness;
	await push(source.url, "team/app", app);
	const notes = referrer(app, "application/vnd.example.notes");
	await push(source.url, "team/app", referrers([notes]), fallbackTag(app));
	await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
	const { items, status: exit } = await report("promote", "run");
	expect(exit).toBe(0);
	expect(items[0]?.leftOut).toEqual([
		`referrer ${notes.digest} of ${app.digest} stays behind: its artifact type application/vnd.example.notes is not among those that are promoted`,
	]);
	await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.1") });
	expect((await run("promote", "run")).stdout).toContain("stays behind");
});

test("a run that is stopped gives up what is left and ends with status 143", async () => {
	const { source, manifests, report, stop, destination } = harness;
	await push(source.url, "team/app", app);
	await push(source.url, "team/other", other);
	await manifests({
		"a.yaml":
			entry("team/app", app.digest, "1.0.0") +
			entry("team/other", other.digest, "2.0.0"),
	});
	source.faults.push({
		method: "GET",
		path: /blobs/,
		action: () => {
			stop();
			return true;
		},
	});
	const { status: exit, items, stopped } = await report("promote", "run");
	expect(exit).toBe(143);
	expect(stopped).toBe("the job was stopped");
	expect(items.map(({ outcome, reason }) => [outcome, reason])).toEqual([
		["aborted", "the job was stopped"],
		["aborted", "the job was stopped"],
	]);
	expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
});

test("the manifests of another folder are taken when it is named", async () => {
	const { config, run } = harness;
	const { status: exit, stderr } = await run(
		"promote",
		"plan",
		"--manifests",
		`${config.manifests}/none`,
	);
	expect(exit).toBe(2);
	expect(stderr).toBe(
		`${config.manifests}/none: cannot read the promotion manifests, got ENOENT; expected a folder this process may read. Fix: mount the folder there, or correct 'manifests' in the configuration.\n`,
	);
});

test("a configuration with mistakes is refused with all of them", async () => {
	const { config, run } = harness;
	const file = config.source.passwordFile.replace(
		"read-password",
		"promoter.json",
	);
	await writeFile(
		file,
		JSON.stringify({ ...config, schedule: "* * * * * *", sauce: 1 }),
	);
	const { status: exit, stderr } = await run("promote", "plan");
	expect(exit).toBe(2);
	expect(stderr).toBe(
		`${file}:schedule: wrong value, got "* * * * * *"; expected a cron expression with five fields that comes due. Fix: correct it.
${file}: unknown key, got "sauce"; expected the keys of the promoter's configuration. Fix: correct or remove it.\n`,
	);
});
