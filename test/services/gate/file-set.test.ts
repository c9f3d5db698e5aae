import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FileSet } from "../../../services/gate/file-set.ts";
import { type MountedSecret, mountedSecret } from "./mounted-secret.ts";

const KEYS = "keys.json";
const ACCOUNTS = "accounts.json";

let folder: string;
let mount: MountedSecret["mount"];

beforeEach(async () => {
	({ folder, mount } = await mountedSecret());
});

const both = (text: string) => ({ [KEYS]: text, [ACCOUNTS]: text });
const paths = () => [join(folder, KEYS), join(folder, ACCOUNTS)];
const textOf = (file: string) => readFile(join(folder, file), "utf8");

/** A set whose first reading is interrupted between its two files. */
function interrupted(meanwhile: () => Promise<void>): FileSet<string> {
	let times = 0;
	return new FileSet(paths(), async () => {
		const keys = await textOf(KEYS);
		if (times++ === 0) await meanwhile();
		return `${keys} ${await textOf(ACCOUNTS)}`;
	});
}

describe("files that are replaced between the reading of one and the other", () => {
	test("are read again: never some of before and some of after", async () => {
		await mount(both("old"));
		const files = interrupted(() => mount(both("new")));
		expect(await files.read()).toBe("new new");
	});

	test("are no error although the others are gone by then", async () => {
		await mount(both("old"));
		const files = interrupted(async () => {
			await mount(both("new"));
			throw new Error("ENOENT");
		});
		expect(await files.read()).toBe("new new");
	});

	test("are read again when only one of them changed", async () => {
		await writeFile(join(folder, KEYS), "old");
		await writeFile(join(folder, ACCOUNTS), "same");
		const files = interrupted(() => writeFile(join(folder, KEYS), "new"));
		expect(await files.read()).toBe("new same");
	});
});

test("a change between the first reading and the beginning of the watch is noticed", async () => {
	await mount(both("old"));
	const files = new FileSet(paths(), () => textOf(KEYS));
	expect(await files.read()).toBe("old");
	await mount(both("new"));
	const stop = new AbortController();
	const seen: string[] = [];
	const ended = files.watch(async () => {
		seen.push(await files.read());
	}, stop.signal);
	await vi.waitFor(() => expect(seen).toEqual(["new"]));
	stop.abort();
	await ended;
});

test("what cannot be used is read again until it can", async () => {
	await mount(both("1"));
	let usable = true;
	const files = new FileSet(paths(), async () => {
		if (!usable) throw new Error("half written");
	});
	await files.read();
	usable = false;
	await mount(both("2"));
	const stop = new AbortController();
	const seen: unknown[] = [];
	const ended = files.watch(async () => {
		seen.push(await files.read().catch((error) => error.message));
		usable = seen.length >= 2;
	}, stop.signal);
	await vi.waitFor(() => expect(seen).toHaveLength(3));
	expect(seen).toEqual(["half written", "half written", undefined]);
	stop.abort();
	await ended;
});
