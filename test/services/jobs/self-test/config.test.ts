import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { selfTestPlan } from "../../../../topology/self-test-plan.ts";
import { devEstate } from "../../../topology/dev-estate.ts";

const MAIN = fileURLToPath(
	new URL("../../../../services/jobs/main.ts", import.meta.url),
);

/** The job with a configuration on its standard input. */
async function run(input: string) {
	const child = spawn(process.execPath, [MAIN, "self-test", "--config", "-"]);
	child.stdin.end(input);
	const [stdout, stderr, status] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		new Promise<number | null>((ended) => child.once("exit", ended)),
	]);
	return { stdout, stderr, status };
}

test("reads what to try from standard input, and ends with its report and status 1 where nobody answers", async () => {
	const plan = selfTestPlan(devEstate(), "promoter");
	const passwords = {
		...Object.fromEntries(
			plan.registries
				.flatMap(({ cells }) => cells)
				.flatMap(({ logins }) => logins)
				.map(({ secret }) => [secret, "canary-9d2f"]),
		),
	};
	// A port nobody listens on.
	const registries = plan.registries.map((registry) => ({
		...registry,
		url: "http://127.0.0.1:1",
	}));
	const config = JSON.stringify({ ...plan, registries, passwords });
	const { stdout, stderr, status } = await run(config);
	expect(status).toBe(1);
	const report = JSON.parse(stdout);
	expect(report.cells).toHaveLength(36);
	expect(report.cells[0].reason).toMatch(/^prod-rw does not answer: /);
	expect(stdout + stderr).not.toContain("canary-9d2f");
}, 60_000);

test("names a password that is missing, and shows none that is there", async () => {
	const plan = selfTestPlan(devEstate(), "promoter");
	const config = JSON.stringify({
		...plan,
		passwords: { "promoter-prod-rw": "canary-9d2f" },
	});
	const { stdout, stderr, status } = await run(config);
	expect(status).toBe(2);
	expect(stderr).toContain(
		"-:passwords.ci-ci-tests: wrong value, got nothing; expected the password of each account. Fix: correct it.",
	);
	expect(stdout + stderr).not.toContain("canary-9d2f");
}, 60_000);

test("says so when its input is no configuration", async () => {
	const { stderr, status } = await run("passwords");
	expect(status).toBe(2);
	expect(stderr).toBe(
		"-: cannot read the configuration, got no JSON; expected the JSON file that the stack renders. Fix: name it with --config.\n",
	);
}, 60_000);
