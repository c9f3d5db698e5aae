import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	formatProblem,
	InvalidInputError,
} from "../../../../services/jobs/problem.ts";
import { readPromotionFiles } from "../../../../services/jobs/promote/promotion-files.ts";

const COMMIT = "0a1b2c3d".repeat(5);

let parent: string;
let folder: string;

beforeEach(async () => {
	parent = await mkdtemp(join(tmpdir(), "promotions-"));
	folder = join(parent, "promotions");
	await mkdir(folder);
});
afterEach(() => rm(parent, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
	for (const [path, text] of Object.entries(files)) {
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await writeFile(join(folder, path), text);
	}
}

async function read() {
	const { files, problems } = await readPromotionFiles(folder);
	return {
		files: files.map(({ path, text }) => `${path}=${text}`),
		problems: problems.map(formatProblem),
	};
}

test("all YAML files below the folder are read, in the order of their paths", async () => {
	await write({
		"b.yaml": "2",
		"a.yml": "1",
		"web/c.yaml": "3",
		"README.md": "x",
		".hidden.yaml": "x",
	});
	expect(await read()).toEqual({
		files: ["a.yml=1", "b.yaml=2", "web/c.yaml=3"],
		problems: [],
	});
});

test("a mounted ConfigMap is read once, through its links", async () => {
	await write({ "..2026_11_24/a.yaml": "1" });
	await symlink("..2026_11_24", join(folder, "..data"));
	await symlink("..data/a.yaml", join(folder, "a.yaml"));
	expect(await read()).toEqual({ files: ["a.yaml=1"], problems: [] });
});

test("a link out of the folder is refused", async () => {
	await writeFile(join(parent, "secret"), "password");
	await symlink("../secret", join(folder, "a.yaml"));
	await write({ "b.yaml": "2" });
	expect(await read()).toEqual({
		files: ["b.yaml=2"],
		problems: [
			`a.yaml: file lies outside of the folder, got "${join(parent, "secret")}"; expected a file below the folder with the promotion manifests. Fix: move it there; a symbolic link is not enough.`,
		],
	});
});

test("a file of more than 1 MiB is refused", async () => {
	await write({ "a.yaml": " ".repeat(1024 * 1024 + 1), "b.yaml": "2" });
	expect(await read()).toEqual({
		files: ["b.yaml=2"],
		problems: [
			"a.yaml: file is too long, got 1048577 bytes; expected at most 1048576. Fix: split it.",
		],
	});
});

test("a name that writes on a terminal is refused, and shown harmless", async () => {
	await write({ "a\u001b[2J.yaml": "1" });
	expect(await read()).toEqual({
		files: [],
		problems: [
			'a\\u001b[2J.yaml: not a promotion manifest, got "a\\u001b[2J.yaml"; expected a printable name that ends in .yaml or .yml. Fix: rename it, or take it out of files.json.',
		],
	});
});

test("what is no file is refused", async () => {
	await symlink("b", join(folder, "a.yaml"));
	await mkdir(join(folder, "b"));
	expect((await read()).problems).toEqual([
		"a.yaml: cannot be read, got something that is no file; expected a file this process may read. Fix: restore it, or take it out of files.json if it is named there.",
	]);
});

describe("with a files.json", () => {
	test("exactly the files it names are read", async () => {
		await write({
			"a.yaml": "1",
			"web/b.yaml": "2",
			"old.yaml": "3",
			"files.json": '{"files":["web/b.yaml","a.yaml"]}',
		});
		expect(await read()).toEqual({
			files: ["a.yaml=1", "web/b.yaml=2"],
			problems: [],
		});
	});

	test.each([COMMIT, `${COMMIT}-dirty`])(
		"its commit %s is known",
		async (commit) => {
			await write({
				"a.yaml": "1",
				"files.json": JSON.stringify({ files: ["a.yaml"], commit }),
			});
			expect(await readPromotionFiles(folder)).toEqual({
				files: [{ path: "a.yaml", text: "1" }],
				problems: [],
				commit,
			});
		},
	);

	test("a file that is missing is a problem", async () => {
		await write({
			"a.yaml": "1",
			"files.json": '{"files":["a.yaml","b.yaml"]}',
		});
		expect(await read()).toEqual({
			files: ["a.yaml=1"],
			problems: [
				"b.yaml: cannot be read, got ENOENT; expected a file this process may read. Fix: restore it, or take it out of files.json if it is named there.",
			],
		});
	});

	test.each(["../secret.yaml", "web/../../secret.yaml"])(
		"%s is refused",
		async (path) => {
			await mkdir(join(folder, "web"));
			await writeFile(join(parent, "secret.yaml"), "password");
			await write({ "files.json": JSON.stringify({ files: [path] }) });
			const { files, problems } = await read();
			expect(files).toEqual([]);
			expect(problems[0]).toContain("file lies outside of the folder");
		},
	);

	test("a file that is no YAML is refused", async () => {
		await write({ "files.json": '{"files":["files.json"]}' });
		expect((await read()).problems).toEqual([
			'files.json: not a promotion manifest, got "files.json"; expected a printable name that ends in .yaml or .yml. Fix: rename it, or take it out of files.json.',
		]);
	});

	test.each([
		"{",
		"[]",
		'{"files":"a.yaml"}',
		'{"files":[1]}',
		"null",
		'{"files":["a.yaml"],"commit":"main"}',
		`{"files":["a.yaml"],"commit":"${COMMIT}\\u001b[2J"}`,
	])("that is %s nothing is read at all", async (text) => {
		await write({ "a.yaml": "1", "files.json": text });
		await expect(read()).rejects.toThrow(InvalidInputError);
		await expect(read()).rejects.toThrow(
			/^files\.json: cannot tell which manifests count, got (?:no|other) JSON; expected \{"files": \["<path>\.yaml", …\]\}\. Fix: write it anew, or delete it to read all manifests of the folder\.$/,
		);
	});
});

test("a folder that is not there is named", async () => {
	await expect(readPromotionFiles(join(parent, "none"))).rejects.toThrow(
		`${join(parent, "none")}: cannot read the promotion manifests, got ENOENT; expected a folder this process may read. Fix: mount the folder there, or correct 'manifests' in the configuration.`,
	);
});
