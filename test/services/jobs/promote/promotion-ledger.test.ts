import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../../../../services/jobs/log.ts";
import {
	DigestTable,
	ledgerFile,
	PromotionLedger,
	readLedger,
	writeLedger,
} from "../../../../services/jobs/promote/promotion-ledger.ts";
import { A, B } from "./manifest-harness.ts";

let state: string;
let lines: { msg: string; [key: string]: unknown }[];
const log = createLogger(
	{ write: (line) => lines.push(JSON.parse(line)) },
	"info",
);

beforeEach(async () => {
	state = await mkdtemp(join(tmpdir(), "ledger-"));
	lines = [];
});
afterEach(() => rm(state, { recursive: true, force: true }));

const entries = (table: DigestTable) => [...table.entries()];
const contents = ({ runs, promoted, merged }: PromotionLedger) => ({
	runs,
	promoted: entries(promoted),
	merged: entries(merged),
});
const EMPTY = { runs: 0, promoted: [], merged: [] };

test("what a run noted is read by the next, which is one more", async () => {
	const promoted = [
		["team/app", "1.0.0", A],
		["team/app", "1.0.1", B],
		["team/other", "1.0.0", A],
	] as const;
	const merged = [["team/app", `sha256-${"a".repeat(64)}`, B]] as const;
	const ledger = new PromotionLedger(
		4,
		new DigestTable(promoted),
		new DigestTable(merged),
	);
	await writeLedger(state, ledger, log);
	expect(contents(await readLedger(state))).toEqual({
		runs: 5,
		promoted,
		merged,
	});
	expect(await readdir(state)).toEqual(["promotions.json"]);
});

test.each(["__proto__", "constructor", "toString"])(
	"a tag may be called %s",
	async (name) => {
		const table = new DigestTable([[name, name, A]]);
		await writeLedger(state, new PromotionLedger(0, table), log);
		const { promoted } = await readLedger(state);
		expect(promoted.get(name, name)).toBe(A);
		expect(promoted.get("team/app", name)).toBeUndefined();
		expect(promoted.get(name, "1.0.0")).toBeUndefined();
	},
);

test("a tag has the digest that was noted last", () => {
	const table = new DigestTable([["team/app", "1.0.0", A]]);
	table.set("team/app", "1.0.0", B);
	expect(entries(table)).toEqual([["team/app", "1.0.0", B]]);
});

test("one that is missing is empty", async () => {
	expect(contents(await readLedger(state))).toEqual(EMPTY);
	expect(contents(await readLedger(join(state, "none")))).toEqual(EMPTY);
});

describe("one that is damaged is empty:", () => {
	const good = {
		runs: 1,
		promoted: [["team/app", "1.0.0", A]],
		merged: [],
	};
	test.each([
		["nothing", ""],
		["half of it", JSON.stringify(good).slice(0, 60)],
		["a list", "[]"],
		["null", "null"],
		["no runs", JSON.stringify({ ...good, runs: undefined })],
		["half a run", JSON.stringify({ ...good, runs: 1.5 })],
		["less than no runs", JSON.stringify({ ...good, runs: -1 })],
		["no table", JSON.stringify({ ...good, merged: {} })],
		[
			"something that is no digest",
			JSON.stringify({
				...good,
				promoted: [["team/app", "1.0.0", "sha256:1"]],
			}),
		],
		[
			"an entry without a tag",
			JSON.stringify({ ...good, promoted: [["team/app", A]] }),
		],
	])("%s", async (_, text) => {
		await writeFile(ledgerFile(state), text);
		expect(contents(await readLedger(state))).toEqual(EMPTY);
	});
});

test("a folder that cannot be written is logged and ends nothing", async () => {
	await mkdir(ledgerFile(state));
	await writeLedger(state, new PromotionLedger(), log);
	expect(lines).toMatchObject([
		{ msg: "cannot write the state of the job", file: ledgerFile(state) },
	]);
});
