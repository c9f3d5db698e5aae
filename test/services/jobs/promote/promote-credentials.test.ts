import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { push } from "../../oci/images.ts";
import {
	app,
	entry,
	jobHarness,
	READ_PASSWORD,
	WRITE_PASSWORD,
} from "../job-harness.ts";

const harness = jobHarness();

test("each end gets its own credentials, and no output has any", async () => {
	const { source, destination, manifests, protect, run } = harness;
	await push(source.url, "team/app", app);
	await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
	protect();
	source.seen.length = 0;
	const ran = await run("promote", "run");
	expect(ran.status).toBe(0);
	const sent = (server: typeof source) =>
		new Set(
			server.seen
				.map(
					({ authorization }) => /^Basic (.*)$/.exec(authorization ?? "")?.[1],
				)
				.filter((basic) => basic !== undefined)
				.map((basic) => Buffer.from(basic, "base64").toString()),
		);
	expect(sent(source)).toEqual(new Set([`reader:${READ_PASSWORD}`]));
	expect(sent(destination)).toEqual(new Set([`writer:${WRITE_PASSWORD}`]));
	expect(ran.stdout + ran.stderr).not.toMatch(/canary|Bearer|Basic/);
});

test("a wrong password fails each promotion without showing it", async () => {
	const { source, destination, manifests, protect, run } = harness;
	await push(source.url, "team/app", app);
	await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
	protect();
	destination.auth = { username: "writer", password: "another" };
	const { status: exit, stdout, stderr } = await run("promote", "run");
	expect(exit).toBe(1);
	expect(stdout).toContain(
		`GET ${destination.url}/auth/token was refused with status 401, UNAUTHORIZED: unknown account`,
	);
	expect(stdout + stderr).not.toContain("canary");
});

test("a password that cannot be read ends the job before any request", async () => {
	const { source, destination, config, manifests, run } = harness;
	await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
	await rm(config.destination.passwordFile);
	const { status: exit, stderr } = await run("promote", "run");
	expect(exit).toBe(2);
	expect(stderr).toContain(
		`cannot read the password of account 'writer' from ${config.destination.passwordFile}: ENOENT; mount the secret there, readable for this process\n`,
	);
	expect([...source.seen, ...destination.seen]).toEqual([]);
});
