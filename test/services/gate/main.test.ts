import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { gateConfig } from "../../../topology/gate-config.ts";
import { devEstate } from "../../topology/dev-estate.ts";
import { account, basic, PASSWORD, sendRaw } from "./gate-fixture.ts";

async function startProcess(keys: unknown): Promise<ChildProcess> {
	const folder = await mkdtemp(join(tmpdir(), "gate-main-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const file = async (name: string, content: unknown) => {
		await writeFile(join(folder, name), JSON.stringify(content));
		return join(folder, name);
	};
	const config = gateConfig(devEstate(), "home", () => "http://127.0.0.1:9");
	const accounts = [account("ci", PASSWORD, "prod")];
	const gate = spawn(
		process.execPath,
		[
			"services/gate/main.ts",
			...["--config", await file("config.json", config)],
			...["--keys", await file("keys.json", keys)],
			...["--accounts", await file("accounts.json", accounts)],
			...["--port", "0"],
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	onTestFinished(() => {
		gate.kill("SIGKILL");
	});
	return gate;
}

test("the process serves tokens and ends by itself on SIGTERM", async () => {
	const seed = Buffer.alloc(32, 7).toString("base64");
	const gate = await startProcess({
		sandbox: { seed },
		"ci-tests": { seed },
		"ci-snapshots": { seed },
		prod: { seed },
	});
	const lines = createInterface({ input: gate.stdout as never });
	const [first] = await once(lines, "line");
	const { port, msg, level } = JSON.parse(first);
	expect([level, msg]).toEqual(["info", "listening"]);
	const { status } = await sendRaw(port, {
		registry: "prod",
		target: "/auth/token?service=prod.dev",
		headers: basic("ci"),
	});
	expect(status).toBe(200);
	gate.kill("SIGTERM");
	const [code, signal] = await once(gate, "exit");
	expect([code, signal]).toEqual([0, null]);
});

test("the process does not start with files that contradict each other", async () => {
	const gate = await startProcess({});
	const [[code], problems] = await Promise.all([
		once(gate, "exit"),
		text(gate.stderr as never),
	]);
	expect(code).toBe(1);
	expect(problems).toMatch(
		/^the gate cannot start:\n {2}\S+keys\.json: no key for registry 'sandbox'\n/,
	);
});
