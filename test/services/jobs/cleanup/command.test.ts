import { expect, test } from "vitest";
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

test("the mirror says so where there is no Archive to fill", async () => {
	const { status, stderr } = await harness.command("mirror", "plan");
	expect(status).toBe(2);
	expect(stderr).toMatch(
		/housekeeping\.json:mirror: there is no Archive to fill, got nothing; expected an Archive and its lists\. Fix: add the tier 'archive' to the stack's configuration\.\n$/,
	);
});
