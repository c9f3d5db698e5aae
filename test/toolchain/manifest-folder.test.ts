import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manifestArchive } from "../../toolchain/manifest-folder.ts";
import { runCaptured, UserError } from "../../toolchain/process.ts";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "manifests-"));
	mkdirSync(join(folder, "team"));
	writeFileSync(join(folder, "team", "app.yaml"), "images: []\n");
	writeFileSync(join(folder, "base.yml"), "rules: []\n");
	writeFileSync(join(folder, "README.md"), "not a manifest\n");
	mkdirSync(join(folder, "folder.yaml"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function contentsOf(archive: Buffer): Promise<Record<string, string>> {
	const contents: Record<string, string> = {};
	for await (const entry of Readable.from([archive]).pipe(extract())) {
		contents[entry.header.name] = await text(entry);
	}
	return contents;
}

test("every manifest of the folder travels, and a list that says which count", async () => {
	expect(await contentsOf(await manifestArchive(folder))).toEqual({
		"base.yml": "rules: []\n",
		"team/app.yaml": "images: []\n",
		"files.json": '{"files":["base.yml","team/app.yaml"]}',
	});
});

test("the commit of the manifests travels with them", async () => {
	const git = async (...args: readonly string[]) =>
		(
			await runCaptured("git", [
				...["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.test"],
				...args,
			])
		).stdout.trim();
	await git("init", "--quiet");
	await git("add", "--all");
	await git("commit", "--quiet", "--message", "an offer");
	const commit = await git("rev-parse", "HEAD");
	const listed = async () =>
		JSON.parse(
			(await contentsOf(await manifestArchive(folder)))["files.json"] ?? "",
		).commit;
	expect(await listed()).toBe(commit);
	writeFileSync(join(folder, "base.yml"), "images: []\n");
	expect(await listed()).toBe(`${commit}-dirty`);
});

test.each(["none", "base.yml"])(
	"%s is no folder, and nothing starts",
	(name) => {
		const named = join(folder, name);
		expect(() => manifestArchive(named)).toThrow(
			new UserError(
				`--manifests: no such folder on this machine, got ${named}; expected a folder with promotion manifests. Fix: name one by its absolute path, or relative to the checkout`,
			),
		);
	},
);
