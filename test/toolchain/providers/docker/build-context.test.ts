import {
	chmod,
	mkdir,
	mkdtemp,
	rm,
	symlink,
	utimes,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	type BuildContext,
	contextArchive,
	contextDigest,
} from "../../../../toolchain/providers/docker/build-context.ts";

let root: string;
let context: BuildContext;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "build-context-"));
	const folder = join(root, "app");
	context = { folder, dockerfile: join(folder, "Dockerfile") };
	await mkdir(join(folder, "src"), { recursive: true });
	await write("Dockerfile", "FROM scratch\n");
	await write("src/main.ts", "main");
	await write("notes.md", "notes");
});
afterEach(() => rm(root, { recursive: true }));

const write = (path: string, content: string) =>
	writeFile(join(root, "app", path), content);

async function packed(from: BuildContext) {
	const { tar, dockerfile } = await contextArchive(from);
	const entries: Record<string, string> = {};
	for await (const entry of tar.pipe(extract())) {
		const { name, type, linkname, mode = 0 } = entry.header;
		const content = await text(entry);
		entries[name] =
			type === "file"
				? `${mode.toString(8)} ${content}`
				: `${type} ${linkname ?? ""}`;
	}
	return { entries, dockerfile };
}

describe("the archive", () => {
	test("has every file with its mode, folders and links", async () => {
		await chmod(join(context.folder, "src/main.ts"), 0o755);
		await symlink("src/main.ts", join(context.folder, "link"));
		expect(await packed(context)).toEqual({
			dockerfile: "Dockerfile",
			entries: {
				Dockerfile: "644 FROM scratch\n",
				link: "symlink src/main.ts",
				"notes.md": "644 notes",
				src: "directory ",
				"src/main.ts": "755 main",
			},
		});
	});

	test("leaves out what is ignored, but never the files the builder reads", async () => {
		await write(".dockerignore", "*\n!src\n");
		const { entries } = await packed(context);
		expect(Object.keys(entries)).toEqual([
			".dockerignore",
			"Dockerfile",
			"src",
			"src/main.ts",
		]);
	});

	test("takes the ignore file that belongs to the Dockerfile before the general one", async () => {
		await write(".dockerignore", "src\n");
		await write("Dockerfile.dockerignore", "*.md\n");
		const { entries } = await packed(context);
		expect(Object.keys(entries)).toContain("src/main.ts");
		expect(Object.keys(entries)).not.toContain("notes.md");
	});

	test("adds a Dockerfile from elsewhere under a name of its own", async () => {
		const dockerfile = join(root, "Outside.Dockerfile");
		await writeFile(dockerfile, "FROM outside\n");
		const { entries, dockerfile: inside } = await packed({
			...context,
			dockerfile,
		});
		expect(inside).toBe(".dockerfile.Outside.Dockerfile");
		expect(entries[inside]).toBe("644 FROM outside\n");
		expect(entries.Dockerfile).toBe("644 FROM scratch\n");
	});
});

describe("the digest", () => {
	const changes = async (change: () => Promise<unknown>) => {
		const before = await contextDigest(context);
		await change();
		return (await contextDigest(context)) !== before;
	};

	test.each<[string, () => Promise<unknown>]>([
		["a file's content", () => write("src/main.ts", "other")],
		["a new file", () => write("src/new.ts", "")],
		["a removed file", () => rm(join(root, "app/notes.md"))],
		["a file's mode", () => chmod(join(root, "app/notes.md"), 0o600)],
		["the Dockerfile", () => write("Dockerfile", "FROM other\n")],
		["where a link leads", () => symlink("src", join(root, "app/link"))],
	])("changes with %s", async (_what, change) => {
		expect(await changes(change)).toBe(true);
	});

	test("does not change with times, ignored files and empty folders", async () => {
		await write(".dockerignore", "*.md\n");
		expect(
			await changes(async () => {
				await utimes(join(root, "app/src/main.ts"), 1, 1);
				await write("notes.md", "other");
				await mkdir(join(root, "app/empty"));
			}),
		).toBe(false);
	});

	test("does not depend on what the Dockerfile is called", async () => {
		const named = async (name: string) => {
			const dockerfile = join(root, name);
			await writeFile(dockerfile, "FROM outside\n");
			return contextDigest({ ...context, dockerfile });
		};
		expect(await named("a.Dockerfile")).toBe(await named("b.Dockerfile"));
	});

	test("does not confuse a name with a content", async () => {
		const digest = async (name: string, content: string) => {
			await write(name, content);
			const value = await contextDigest(context);
			await rm(join(root, "app", name));
			return value;
		};
		expect(await digest("ab", "c")).not.toBe(await digest("a", "bc"));
	});
});
