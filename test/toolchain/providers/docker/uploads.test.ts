import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { expect, test } from "vitest";
import type { Upload } from "../../../../toolchain/providers/docker/container-inputs.ts";
import { uploadArchive } from "../../../../toolchain/providers/docker/uploads.ts";

async function unpacked(upload: Upload) {
	const files = [];
	const tar = Readable.from([await uploadArchive(upload)]).pipe(extract());
	for await (const entry of tar) {
		const { name, mode, uid, gid, type } = entry.header;
		files.push({ name, mode, uid, gid, type, content: await text(entry) });
	}
	return files;
}

const file = { name: "etc/app.conf", uid: 0, gid: 0, type: "file" };

test.each<[string, Partial<Upload>, object]>([
	["0644 by default", {}, { mode: 0o644 }],
	["0744 when executable", { executable: true }, { mode: 0o744 }],
	[
		"what permissions say, before executable",
		{ executable: true, permissions: "0400" },
		{ mode: 0o400 },
	],
	[
		"another owner",
		{ owner: "1000", group: "100" },
		{ mode: 0o644, uid: 1000, gid: 100 },
	],
])("a file is root's and has mode %s", async (_what, upload, expected) => {
	expect(
		await unpacked({ file: "/etc/app.conf", content: "größe\n", ...upload }),
	).toEqual([{ ...file, content: "größe\n", ...expected }]);
});

test("binary content arrives byte by byte", async () => {
	const contentBase64 = Buffer.from("caf\u00e9").toString("base64");
	const [unpackedFile] = await unpacked({ file: "/a", contentBase64 });
	expect(unpackedFile?.content).toBe("café");
});

test("a path of more than 100 characters stays whole", async () => {
	const long = `/${"folder/".repeat(30)}file`;
	const [unpackedFile] = await unpacked({ file: long, content: "x" });
	expect(`/${unpackedFile?.name}`).toBe(long);
});

test("content can come from a file of the machine", async () => {
	const folder = await mkdtemp(join(tmpdir(), "upload-"));
	const source = join(folder, "source");
	await writeFile(source, "from disk");
	const [unpackedFile] = await unpacked({ file: "/a", source });
	expect(unpackedFile?.content).toBe("from disk");
	await rm(folder, { recursive: true });
});

test.each<[Partial<Upload>, string]>([
	[{}, "one of 'content', 'content_base64', or 'source' must be set"],
	[
		{ content: "" },
		"one of 'content', 'content_base64', or 'source' must be set",
	],
	[
		{ content: "a", contentBase64: "YQ==" },
		"only one of 'content', 'content_base64', or 'source' can be set",
	],
])("%j is refused in the official words", async (upload, message) => {
	await expect(uploadArchive({ file: "/a", ...upload })).rejects.toThrow(
		`error with upload content: ${message}`,
	);
});
