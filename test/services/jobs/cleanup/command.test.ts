import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { blob, image, push } from "../../oci/images.ts";
import { cleanupHarness } from "./cleanup-harness.ts";

const harness = cleanupHarness();

const app = image([blob("app")]);
const DAY_MS = 24 * 3_600_000;

/** Pushes a tag to both registries that is known since 20 days. */
async function pushOld(): Promise<void> {
	const { sandbox, ci, writeLedger } = harness;
	await push(sandbox.url, "alice/app", app, "a");
	await push(ci.url, "team/app", app, "run-1");
	const firstSeen = new Date(Date.now() - 20 * DAY_MS).toISOString();
	const line = (repository: string, tag: string) =>
		`${JSON.stringify({ repository, tag, digest: app.digest, firstSeen })}\n`;
	await writeLedger("sandbox", line("alice/app", "a"));
	await writeLedger("ci-tests", line("team/app", "run-1"));
}

test.each([[["plan"]], [["run", "--dry-run"]]])(
	"'cleanup %s' shows what a run would do, and writes nothing",
	async (command) => {
		const { sandbox, ci, command: run } = harness;
		await pushOld();
		const { status, stdout } = await run("cleanup", ...command);
		expect(status).toBe(0);
		expect(
			stdout.replace(/[0-9.]+ s\n$/, "0 s\n"),
		).toBe(`sandbox at ${sandbox.host}, where 14 days are kept
remove  alice/app:a because it is 20.0 days old, and 14 days are kept
REPOSITORY  TAGS  KEPT  REMOVE  OTHER
alice/app      1     0       1      0

ci-tests at ${ci.host}, where 7 days are kept
remove  team/app:run-1 because it is 20.0 days old, and 7 days are kept
REPOSITORY  TAGS  KEPT  REMOVE  OTHER
team/app       1     0       1      0

2 to remove, 0 kept, 0 failed; 0 s
`);
		expect(sandbox.tag("alice/app", "a")).toBe(app.digest);
		expect(ci.tag("team/app", "run-1")).toBe(app.digest);
	},
);

test("'cleanup run' removes, and gives machines JSON", async () => {
	const { sandbox, ci, command } = harness;
	await pushOld();
	const { status, stdout, stderr } = await command(
		"cleanup",
		"run",
		"--json",
		"--registry",
		"sandbox",
	);
	expect(status).toBe(0);
	const report = JSON.parse(stdout);
	expect(report.counts.removed).toBe(1);
	expect(report.registries).toHaveLength(1);
	expect(sandbox.tag("alice/app", "a")).toBeUndefined();
	expect(ci.tag("team/app", "run-1")).toBe(app.digest);
	const lines = stderr
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(
		lines.map(({ level, msg, registry, repository, tag }) => ({
			level,
			msg,
			registry,
			repository,
			tag,
		})),
	).toEqual([
		{
			level: "info",
			msg: "removed",
			registry: "sandbox",
			repository: "alice/app",
			tag: "a",
		},
		{ level: "info", msg: "cleanup ended" },
	]);
});

test("a registry that is not swept is refused with those that are", async () => {
	const { sandbox, command } = harness;
	const { status, stderr } = await command(
		"cleanup",
		"run",
		"--registry",
		"prod",
	);
	expect(status).toBe(2);
	expect(stderr).toBe(
		'--registry: no registry of this name is swept, got "prod"; expected sandbox | ci-tests. Fix: name one of them, or leave the option out.\n',
	);
	expect(sandbox.seen).toEqual([]);
});

describe("where there is an Archive", () => {
	/** Writes a configuration in which CI Tests plays the Archive and Sandbox its upstream. */
	async function withArchive(): Promise<readonly string[]> {
		const { sandbox, ci, config } = harness;
		const folder = join(config.state, "..");
		const { username, passwordFile } = config.cleanup.registries[0] ?? {};
		const mirror = {
			schedule: "30 3 * * *",
			timeZone: "Europe/Berlin",
			lists: join(folder, "lists"),
			destination: { url: ci.url, username, passwordFile },
			upstreams: { "docker.io": sandbox.url },
		};
		await mkdir(mirror.lists, { recursive: true });
		const list = '- name: docker.io/library/debian\n    tags: ["12"]\n';
		await writeFile(join(mirror.lists, "a.yaml"), `images:\n  ${list}`);
		await push(sandbox.url, "library/debian", app, "12");
		const file = join(folder, "with-archive.json");
		await writeFile(file, JSON.stringify({ ...config, mirror }));
		return ["--config", file];
	}

	test("'mirror plan' shows what 'mirror run' does", async () => {
		const { ci, config, command } = harness;
		const flags = await withArchive();
		const archived = () => ci.tag("docker.io/library/debian", "12");
		const plan = await command("mirror", "plan", ...flags);
		expect(plan.stdout).toMatch(/^1 to write, /m);
		expect(archived()).toBeUndefined();
		const run = await command("mirror", "run", "--json", ...flags);
		expect(JSON.parse(run.stdout).counts.mirrored).toBe(1);
		expect([plan.status, run.status]).toEqual([0, 0]);
		expect(archived()).toBe(app.digest);
		const lists = join(config.state, "no-lists");
		const other = await command("mirror", "run", "--lists", lists, ...flags);
		expect(other.status).toBe(2);
		expect(other.stderr).toContain(`${lists}: cannot read the mirror lists`);
	});

	test("one schedule has both jobs, each with a note of its own", async () => {
		const { config, command, stop } = harness;
		const flags = await withArchive();
		const ended = command("schedule", "housekeeping", ...flags);
		const note = async (job: string) =>
			JSON.parse(await readFile(join(config.state, `${job}.json`), "utf8"));
		await vi.waitFor(async () => {
			expect(await note("cleanup")).toEqual({
				job: "cleanup",
				schedule: "0 3 * * *",
				timeZone: "UTC",
				nextAt: expect.stringMatching(/T03:00:00/),
				running: false,
			});
			expect(await note("mirror")).toEqual({
				job: "mirror",
				schedule: "30 3 * * *",
				timeZone: "Europe/Berlin",
				nextAt: expect.stringMatching(/:30:00/),
				running: false,
			});
		});
		expect(await readFile(join(config.state, "alive"), "utf8")).toMatch(
			/^20\d\d-/,
		);
		stop();
		expect((await ended).status).toBe(0);
	});
});

describe("where there is none", () => {
	test("the schedule has cleanup alone", async () => {
		const { command, stop } = harness;
		const ended = command("schedule", "housekeeping");
		stop();
		const { status, stderr } = await ended;
		expect(status).toBe(0);
		const jobs = stderr
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line))
			.filter(({ msg }) => msg === "waiting for the schedule")
			.map(({ job }) => job);
		expect(jobs).toEqual(["cleanup"]);
	});

	test("the mirror says so", async () => {
		const { status, stderr } = await harness.command("mirror", "plan");
		expect(status).toBe(2);
		expect(stderr).toMatch(
			/housekeeping\.json:mirror: there is no Archive to fill, got nothing; expected an Archive and its lists\. Fix: add the tier 'archive' to the stack's configuration\.\n$/,
		);
	});
});
