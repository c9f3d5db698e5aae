import type { Dirent } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { InvalidInputError, type Problem, shown } from "./problem.ts";

/** A YAML file as text. */
export interface YamlFile {
	/** Relative to the folder, with `/`. */
	readonly path: string;
	readonly text: string;
}

/** What a folder of YAML files holds. A file that cannot be read does not hide the others. */
export interface YamlFiles {
	readonly files: readonly YamlFile[];
	readonly problems: readonly Problem[];
	/**
	 * The commit the files are of, with `-dirty` behind it when they are not as it has them.
	 * @default - nobody said
	 */
	readonly commit?: string;
}

/** What the files of a folder are, for messages. */
export interface FileKind {
	/** One of them, e.g. `promotion manifest`. */
	readonly name: string;
	/** Key of the job's configuration that names the folder: their short name, e.g. `manifests`. */
	readonly key: string;
}

/** No file a person reviews is longer. */
const MAX_FILE_BYTES = 1024 * 1024;
const YAML_NAME = /\.ya?ml$/;
const LIST = "files.json";

const list = z.object({
	files: z.array(z.string()),
	// It goes into records and to terminals.
	commit: z
		.string()
		.regex(/^[0-9a-f]{40,64}(?:-dirty)?$/)
		.exactOptional(),
});

/**
 * Reads all `*.yaml` and `*.yml` below a folder, in the order of their paths. Names that begin with a
 * dot are left alone: a mounted ConfigMap keeps its generations in such folders.
 *
 * With a `files.json` of the form `{"files": ["a.yaml"]}` in it, exactly the files named there are
 * read: where files are copied into a volume one by one, those that were deleted stay behind. It may
 * say of which `commit` they are.
 *
 * @throws InvalidInputError when the folder or its `files.json` cannot be read.
 */
export async function readYamlFiles(
	folder: string,
	kind: FileKind,
): Promise<YamlFiles> {
	const root = await rootOf(folder, kind);
	const files: YamlFile[] = [];
	const problems: Problem[] = [];
	const named = await listed(folder, kind);
	const names = named?.files ?? (await found(root, "", problems));
	for (const path of names.toSorted()) {
		const file = await readOne(root, path, kind);
		if ("text" in file) files.push(file);
		else problems.push(file);
	}
	return {
		files,
		problems,
		...(named?.commit !== undefined && { commit: named.commit }),
	};
}

async function rootOf(
	folder: string,
	{ name, key }: FileKind,
): Promise<string> {
	try {
		const root = await realpath(folder);
		await readdir(root);
		return root;
	} catch (error) {
		throw new InvalidInputError([
			{
				file: folder,
				path: "",
				what: `cannot read the ${name}s`,
				got: codeOf(error),
				expected: "a folder this process may read",
				fix: `mount the folder there, or correct '${key}' in the configuration`,
			},
		]);
	}
}

async function listed(
	folder: string,
	kind: FileKind,
): Promise<z.infer<typeof list> | undefined> {
	let text: string;
	try {
		text = await readFile(join(folder, LIST), "utf8");
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw new InvalidInputError([badList(codeOf(error), kind)]);
	}
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw new InvalidInputError([badList("no JSON", kind)]);
	}
	const result = list.safeParse(json);
	if (!result.success) {
		throw new InvalidInputError([badList("other JSON", kind)]);
	}
	return result.data;
}

function badList(got: string, { key }: FileKind): Problem {
	return {
		file: LIST,
		path: "",
		what: `cannot tell which ${key} count`,
		got,
		expected: '{"files": ["<path>.yaml", …]}',
		fix: `write it anew, or delete it to read all ${key} of the folder`,
	};
}

async function found(
	root: string,
	below: string,
	problems: Problem[],
): Promise<readonly string[]> {
	let entries: readonly Dirent[];
	try {
		entries = await readdir(join(root, below), { withFileTypes: true });
	} catch (error) {
		problems.push(unreadable(below, codeOf(error)));
		return [];
	}
	const paths: string[] = [];
	for (const entry of entries) {
		const path = below === "" ? entry.name : `${below}/${entry.name}`;
		if (entry.name.startsWith(".")) continue;
		if (entry.isDirectory()) paths.push(...(await found(root, path, problems)));
		else if (YAML_NAME.test(entry.name)) paths.push(path);
	}
	return paths;
}

async function readOne(
	root: string,
	path: string,
	{ name }: FileKind,
): Promise<YamlFile | Problem> {
	// The name is written to terminals and logs with everything that comes from the file.
	if (!YAML_NAME.test(path) || /\p{Cc}/u.test(path)) {
		return {
			file: path,
			path: "",
			what: `not a ${name}`,
			got: shown(path),
			expected: "a printable name that ends in .yaml or .yml",
			fix: `rename it, or take it out of ${LIST}`,
		};
	}
	try {
		const real = await realpath(join(root, path));
		if (relative(root, real).split(sep)[0] === "..") {
			return {
				file: path,
				path: "",
				what: "file lies outside of the folder",
				got: shown(real),
				expected: `a file below the folder with the ${name}s`,
				fix: "move it there; a symbolic link is not enough",
			};
		}
		const { size, isFile } = await lookAt(real);
		if (!isFile) return unreadable(path, "something that is no file");
		if (size > MAX_FILE_BYTES) {
			return {
				file: path,
				path: "",
				what: "file is too long",
				got: `${size} bytes`,
				expected: `at most ${MAX_FILE_BYTES}`,
				fix: "split it",
			};
		}
		return { path, text: await readFile(real, "utf8") };
	} catch (error) {
		return unreadable(path, codeOf(error));
	}
}

async function lookAt(file: string) {
	const stats = await stat(file);
	return { size: stats.size, isFile: stats.isFile() };
}

function unreadable(path: string, got: string): Problem {
	return {
		file: path,
		path: "",
		what: "cannot be read",
		got,
		expected: "a file this process may read",
		fix: `restore it, or take it out of ${LIST} if it is named there`,
	};
}

function codeOf(error: unknown): string {
	return error instanceof Error && "code" in error
		? String(error.code)
		: String(error);
}
