import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadGateFiles } from "../../../services/gate/gate-files.ts";
import { gateConfig } from "../../../topology/gate-config.ts";
import { devEstate } from "../../topology/dev-estate.ts";
import { account } from "./gate-fixture.ts";

const SEED = Buffer.alloc(32, 1).toString("base64");
const config = gateConfig(
	devEstate(),
	"home",
	({ name }) => `http://${name}:5000`,
);
const keys = Object.fromEntries(
	config.registries.map(({ name }) => [name, { seed: SEED }]),
);
const accounts = [account("ci", "x", "ci-tests")];

async function load(files: {
	config?: unknown;
	keys?: unknown;
	accounts?: unknown;
}) {
	const folder = await mkdtemp(join(tmpdir(), "gate-files-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const write = async (name: string, content: unknown) => {
		const path = join(folder, name);
		const text =
			typeof content === "string" ? content : JSON.stringify(content);
		await writeFile(path, text);
		return path;
	};
	const paths = {
		config: await write("config", files.config ?? config),
		keys: await write("keys", files.keys ?? keys),
		accounts: await write("accounts", files.accounts ?? accounts),
	};
	try {
		return await loadGateFiles(paths);
	} catch (error) {
		return (error as Error).message.replaceAll(`${folder}/`, "");
	}
}

const [first] = config.registries;
const withFirst = (changes: Record<string, unknown>) => ({
	...config,
	registries: [{ ...first, ...changes }, ...config.registries.slice(1)],
});

test("takes what the access model renders", async () => {
	expect(await load({})).toEqual({ config, keys, accounts });
});

test("reports all problems of all files at once", async () => {
	expect(
		await load({
			config: {
				...withFirst({ url: "http://sandbox:5000/v2", unknown: 1 }),
				tokenLifetimeSeconds: 301,
			},
			keys: { ...keys, sandbox: { seed: "c2hvcnQ=" } },
			accounts: [{ ...accounts[0], principal: "anonymous", sha256: "zz" }],
		}),
	).toBe(`the gate cannot start:
  config tokenLifetimeSeconds: Too big: expected number to be <=300
  config registries.0.url: expected http(s)://host[:port] without path or credentials
  config registries.0: Unrecognized key: "unknown"
  keys sandbox.seed: expected 32 bytes in base64
  accounts 0.principal: Invalid option: expected one of "developer"|"ci"|"promoter"|"cleaner"|"archiver"|"backup"|"consumer"|"cache"
  accounts 0.sha256: Invalid hex
  accounts 0.sha256: expected 64 hexadecimal digits`);
});

test("refuses a token life clients would not take", async () => {
	expect(await load({ config: { ...config, tokenLifetimeSeconds: 59 } })).toBe(
		"the gate cannot start:\n  config tokenLifetimeSeconds: Too small: expected number to be >=60",
	);
});

test("refuses a pattern that is no regular expression", async () => {
	const naming = { ...first?.naming, names: ["("] };
	expect(await load({ config: withFirst({ naming }) })).toBe(
		"the gate cannot start:\n  config registries.0.naming.names.0: expected a regular expression",
	);
});

test("reports what is wrong with an identity", async () => {
	const identity = {
		name: "github",
		issuer: "https://token.actions.githubusercontent.com",
		principal: "ci",
		claims: { repository: "acme/.*" },
	};
	expect(await load({ config: { ...config, identities: [identity] } })).toEqual(
		{ config: { ...config, identities: [identity] }, keys, accounts },
	);
	const wrong = [
		{ ...identity, principal: "anonymous", claims: {} },
		{ ...identity, issuer: "file:///x", claims: { sub: "(" }, caFile: "ca" },
		{ ...identity, audiences: ["x"] },
	];
	expect(await load({ config: { ...config, identities: wrong } })).toBe(
		`the gate cannot start:
  config identities.0.principal: Invalid option: expected one of "developer"|"ci"|"promoter"|"cleaner"|"archiver"|"backup"|"consumer"|"cache"
  config identities.0.claims: expected a condition
  config identities.1.issuer: expected a URL
  config identities.1.claims.sub: expected a pattern
  config identities.1.caFile: expected an absolute path
  config identities.2: Unrecognized key: "audiences"`,
	);
});

test("refuses two registries with one audience or issuer", async () => {
	const shared = { service: "prod.dev", issuer: "gate.prod.dev" };
	expect(await load({ config: withFirst(shared) })).toBe(
		`the gate cannot start:
  config: service 'prod.dev' is there twice: expected one of its own for each registry
  config: issuer 'gate.prod.dev' is there twice: expected one of its own for each registry`,
	);
});

test("wants exactly the keys of its registries, and accounts for no other", async () => {
	const { prod: _, ...others } = keys;
	expect(
		await load({
			keys: { ...others, "prod-rw": { seed: SEED } },
			accounts: [account("ci", "x", "prod-rw")],
		}),
	).toBe(`the gate cannot start:
  keys: no key for registry 'prod'
  keys prod-rw: expected one of sandbox, ci-tests, ci-snapshots, prod, archive
  accounts 0.registry: 'prod-rw', expected one of sandbox, ci-tests, ci-snapshots, prod, archive`);
});

test("never quotes a file with secrets", async () => {
	const problems = await load({
		keys: `{"sandbox":{"seed":${SEED}}}`,
		accounts: '[{"canary',
	});
	expect(problems).toBe(
		"the gate cannot start:\n  keys: expected JSON\n  accounts: expected JSON",
	);
	const short = await load({ keys: { ...keys, prod: { seed: "canary" } } });
	expect(short).not.toContain("canary");
});

test("names a file that is not there", async () => {
	await expect(
		loadGateFiles({ config: "/none/a", keys: "/none/b", accounts: "/none/c" }),
	).rejects.toThrow(
		"the gate cannot start:\n  /none/a: ENOENT\n  /none/b: ENOENT\n  /none/c: ENOENT",
	);
});
