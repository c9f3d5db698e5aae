import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { decodeProtectedHeader } from "jose";
import { expect, onTestFinished, test, vi } from "vitest";
import { gateConfig } from "../../../topology/gate-config.ts";
import { devEstate } from "../../topology/dev-estate.ts";
import { account, basic, PASSWORD, sendRaw } from "./gate-fixture.ts";
import { keyIdsOf, keysOf, kidOf, startGateProcess } from "./gate-process.ts";
import { mountedSecret } from "./mounted-secret.ts";

async function startProcess(keys: unknown) {
	const folder = await mkdtemp(join(tmpdir(), "gate-main-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	/** Writes one of the gate's files anew. */
	const file = async (name: string, content: unknown) => {
		await writeFile(join(folder, name), JSON.stringify(content));
		return join(folder, name);
	};
	const config = gateConfig(devEstate(), "home", () => "http://127.0.0.1:9");
	const accounts = [account("ci", PASSWORD, "prod")];
	const started = startGateProcess({
		config: await file("config.json", config),
		keys: await file("keys.json", keys),
		accounts: await file("accounts.json", accounts),
	});
	return { ...started, file };
}

test("the process serves tokens and ends by itself on SIGTERM", async () => {
	const { gate, until } = await startProcess(keysOf(7));
	const { port, level } = await until("listening");
	expect(level).toBe("info");
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
	const { until, file } = await startProcess(keysOf(7));
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
	const keyIds = async () => (await sendRaw(port, { target: "/keys" })).body;
	expect(await ask(PASSWORD)).toEqual({ status: 200, kid: kidOf(7) });
	expect(await keyIds()).toBe(keyIdsOf(7));

	await file("accounts.json", "not a list");
	await until("the old keys and accounts stay");
	expect(await ask(PASSWORD)).toEqual({ status: 200, kid: kidOf(7) });

	await file("accounts.json", [account("ci", "another password", "prod")]);
	await until("keys and accounts were read again");
	await file("keys.json", keysOf(8));
	await until("keys and accounts were read again");
	expect(await ask(PASSWORD)).toEqual({ status: 401, kid: false });
	expect(await ask("another password")).toEqual({
		status: 200,
		kid: kidOf(8),
	});
	expect(await keyIds()).toBe(keyIdsOf(8));
});

test("keys and accounts of a mounted Secret are taken together, soon after it was replaced", async () => {
	const secret = await mountedSecret();
	const mount = (version: number) =>
		secret.mount({
			"keys.json": JSON.stringify(keysOf(version)),
			"accounts.json": JSON.stringify([account("ci", `v${version}`, "prod")]),
		});
	await mount(1);
	const config = gateConfig(devEstate(), "home", () => "http://127.0.0.1:9");
	await writeFile(join(secret.folder, "config"), JSON.stringify(config));
	const { until } = startGateProcess({
		config: join(secret.folder, "config"),
		keys: join(secret.folder, "keys.json"),
		accounts: join(secret.folder, "accounts.json"),
	});
	const { port } = await until("listening");
	for (let version = 1; version <= 10; version++) {
		if (version > 1) await mount(version);
		const replaced = Date.now();
		const headers = basic("ci", `v${version}`);
		const target = "/auth/token?service=prod.dev";
		// The new password opens with the new key from its first time on.
		const { body } = await vi.waitFor(
			async () => {
				const answer = await sendRaw(port, {
					registry: "prod",
					target,
					headers,
				});
				expect(answer.status).toBe(200);
				return answer;
			},
			{ interval: 0, timeout: 5_000 },
		);
		const { kid } = decodeProtectedHeader(JSON.parse(body).token);
		expect(kid).toBe(kidOf(version));
		expect(Date.now() - replaced).toBeLessThan(2_000);
	}
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
