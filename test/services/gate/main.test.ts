import { type ChildProcess, spawn } from "node:child_process";
import { on, once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { decodeProtectedHeader } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { gateConfig } from "../../../topology/gate-config.ts";
import { publicJwk } from "../../../topology/signing-key.ts";
import { devEstate } from "../../topology/dev-estate.ts";
import { account, basic, PASSWORD, sendRaw } from "./gate-fixture.ts";

interface GateProcess {
	readonly gate: ChildProcess;
	/** Writes one of the gate's files anew. */
	readonly file: (name: string, content: unknown) => Promise<string>;
}

const allKeys = (fill: number) => {
	const seed = Buffer.alloc(32, fill).toString("base64");
	return Object.fromEntries(
		["sandbox", "ci-tests", "ci-snapshots", "prod", "archive"].map((name) => [
			name,
			{ seed },
		]),
	);
};

async function startProcess(keys: unknown): Promise<GateProcess> {
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
	return { gate, file };
}

test("the process serves tokens and ends by itself on SIGTERM", async () => {
	const { gate } = await startProcess(allKeys(7));
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

test("new keys and accounts are taken while it runs, and the old ones end; a broken file changes nothing", async () => {
	const { gate, file } = await startProcess(allKeys(7));
	const lines = createInterface({ input: gate.stdout as never });
	const said = on(lines, "line");
	const until = async (msg: string) => {
		for (;;) {
			const { value, done } = await said.next();
			if (done) throw new Error(`the gate never said '${msg}'`);
			const line = JSON.parse(value[0]);
			if (line.msg === msg) return line;
		}
	};
	const { port } = await until("listening");
	const ask = async (password: string) => {
		const { status, body } = await sendRaw(port, {
			registry: "prod",
			target: "/auth/token?service=prod.dev",
			headers: basic("ci", password),
		});
		return {
			status,
			kid: status === 200 && decodeProtectedHeader(JSON.parse(body).token).kid,
		};
	};
	const kidOf = (fill: number) =>
		publicJwk(Buffer.alloc(32, fill).toString("base64")).kid;
	expect(await ask(PASSWORD)).toEqual({ status: 200, kid: kidOf(7) });

	await file("accounts.json", "not a list");
	await until("the old keys and accounts stay");
	expect(await ask(PASSWORD)).toEqual({ status: 200, kid: kidOf(7) });

	await file("accounts.json", [account("ci", "another password", "prod")]);
	await until("keys and accounts were read again");
	await file("keys.json", allKeys(8));
	await until("keys and accounts were read again");
	expect(await ask(PASSWORD)).toEqual({ status: 401, kid: false });
	expect(await ask("another password")).toEqual({
		status: 200,
		kid: kidOf(8),
	});
});

test("the process does not start with files that contradict each other", async () => {
	const { gate } = await startProcess({});
	const [[code], problems] = await Promise.all([
		once(gate, "exit"),
		text(gate.stderr as never),
	]);
	expect(code).toBe(1);
	expect(problems).toMatch(
		/^the gate cannot start:\n {2}\S+keys\.json: no key for registry 'sandbox'\n/,
	);
});
