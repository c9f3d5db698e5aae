import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	rmSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkoutFiles } from "../../stacks/checkout-files.ts";
import { commitOf } from "../../stacks/commit.ts";

let root: string;
let folder: string;

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "checkout-"));
	folder = join(root, "promotions");
	mkdirSync(join(folder, "team"), { recursive: true });
	write("team/app.yaml", "images: []\n");
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (name: string, text: string) =>
	writeFileSync(join(folder, name), text);

const commit = () => commitOf(folder, ["*.yaml", "*.yml"]);

function git(...args: readonly string[]): string {
	const { status, stdout, stderr } = spawnSync(
		"git",
		["-C", root, "-c", "user.name=a", "-c", "user.email=a@b.test", ...args],
		{ encoding: "utf8" },
	);
	expect([status, stderr]).toEqual([0, ""]);
	return stdout.trim();
}

function commitAll(): string {
	git("add", "--all");
	git("commit", "--quiet", "--message", "change");
	return git("rev-parse", "HEAD");
}

test("files outside of a git checkout are of no commit", () => {
	expect(commit()).toBeUndefined();
});

test("files that were never committed are of no commit", () => {
	git("init", "--quiet");
	expect(commit()).toBeUndefined();
});

describe("committed files", () => {
	let first: string;
	beforeEach(() => {
		git("init", "--quiet");
		first = commitAll();
	});

	test("are of the commit that changed them last, whatever was committed since", () => {
		writeFileSync(join(root, "README.md"), "x");
		write("README.md", "x");
		commitAll();
		expect(commit()).toBe(first);
		write("team/app.yaml", "images: [] # again\n");
		expect(commitAll()).not.toBe(first);
		expect(commit()).toBe(git("rev-parse", "HEAD"));
	});

	test.each<[string, () => void]>([
		["one is changed", () => write("team/app.yaml", "rules: []\n")],
		["one is new", () => write("b.yml", "")],
		["one is gone", () => unlinkSync(join(folder, "team/app.yaml"))],
		[
			"one is added and not committed",
			() => {
				write("b.yaml", "");
				git("add", "--all");
			},
		],
		[
			"one is new in a new folder",
			() => {
				mkdirSync(join(folder, "web"));
				write("web/c.yaml", "");
			},
		],
		[
			"one is ignored by git",
			() => {
				writeFileSync(join(root, ".git/info/exclude"), "local.yaml\n");
				write("local.yaml", "");
			},
		],
		[
			"one is in a folder that git ignores",
			() => {
				writeFileSync(join(root, ".git/info/exclude"), "web/\n");
				mkdirSync(join(folder, "web"));
				write("web/c.yaml", "");
			},
		],
	])("are dirty when %s", (_when, change) => {
		change();
		expect(commit()).toBe(`${first}-dirty`);
	});

	test("are clean whatever else is not", () => {
		writeFileSync(join(root, "notes.yaml"), "x");
		write("README.md", "x");
		expect(commit()).toBe(first);
	});

	test("are clean and not where git is configured to show no new files", () => {
		git("config", "status.showUntrackedFiles", "no");
		expect(commit()).toBe(first);
		write("b.yaml", "");
		expect(commit()).toBe(`${first}-dirty`);
	});

	test("reach the jobs with their commit", () => {
		expect(checkoutFiles(folder, "promotion.manifests")).toEqual({
			files: { "team/app.yaml": "images: []\n" },
			commit: first,
		});
	});
});
