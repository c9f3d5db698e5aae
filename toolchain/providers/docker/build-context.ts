import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";
import { type IgnoreRules, parseDockerignore } from "./dockerignore.ts";

/** What an image is built from. Paths are absolute or relative to the program's folder. */
export interface BuildContext {
	readonly folder: string;
	/** The path of the Dockerfile, inside the folder or not. */
	readonly dockerfile: string;
}

/** A build context as the engine takes it. */
export interface ContextArchive {
	readonly tar: Readable;
	/** The Dockerfile's path in the archive. */
	readonly dockerfile: string;
}

/** A file, folder or link of the context. */
interface Entry {
	/** Relative to the context, with `/`. */
	readonly path: string;
	readonly file: string;
	readonly stats: Stats;
}

/** Packs the context without what `.dockerignore` leaves out, and with the Dockerfile in any case. */
export async function contextArchive(
	context: BuildContext,
): Promise<ContextArchive> {
	const inside = dockerfileInContext(context);
	const dockerfile = inside ?? `.dockerfile.${basename(context.dockerfile)}`;
	const rules = keeping(await ignoreRules(context), [
		".dockerignore",
		dockerfile,
	]);
	const tar = pack();
	write().catch((error: Error) => tar.destroy(error));
	return { tar: Readable.from(tar), dockerfile };

	async function write(): Promise<void> {
		if (inside === undefined)
			tar.entry({ name: dockerfile }, await readFile(context.dockerfile));
		for await (const entry of entries(context.folder, rules))
			await addEntry(tar, entry);
		tar.finalize();
	}
}

/**
 * A digest of all that goes into a build: names, modes and contents, not times. It decides whether the image
 * is built again. What counts is what counts for the official provider (`hashContext`, pulumi/pulumi-docker
 * provider/provider.go).
 */
export async function contextDigest(context: BuildContext): Promise<string> {
	const digest = createHash("sha256");
	const add = (path: string, mode: number, content: string) =>
		digest.update(`${path}\0${mode}\0${content}\0`);
	// The Dockerfile counts under this name whatever it is called: the builder only sees its content.
	add("Dockerfile", 0, await sha256(context.dockerfile));
	for await (const { path, file, stats } of entries(
		context.folder,
		await ignoreRules(context),
	)) {
		if (stats.isDirectory()) continue;
		add(path, stats.mode, await content(file, stats));
	}
	return digest.digest("hex");
}

/** The Dockerfile's path relative to the context, or undefined when it lies elsewhere. */
export function dockerfileInContext({
	folder,
	dockerfile,
}: BuildContext): string | undefined {
	const path = slashed(relative(resolve(folder), resolve(dockerfile)));
	return path.startsWith("../") ? undefined : path;
}

async function ignoreRules({
	folder,
	dockerfile,
}: BuildContext): Promise<IgnoreRules> {
	// A file for this one Dockerfile comes first: https://docs.docker.com/build/concepts/context/#filename-and-location
	for (const file of [
		`${dockerfile}.dockerignore`,
		join(folder, ".dockerignore"),
	]) {
		const text = await readFile(file, "utf8").catch(
			(error: NodeJS.ErrnoException) => {
				if (error.code === "ENOENT") return undefined;
				throw error;
			},
		);
		if (text !== undefined) return parseDockerignore(text);
	}
	return parseDockerignore("");
}

/** The rules with exceptions for the files the builder itself reads. */
function keeping(rules: IgnoreRules, files: readonly string[]): IgnoreRules {
	const rescued = files.filter((file) => rules.ignores(file));
	return {
		ignores: (path) => rules.ignores(path) && !rescued.includes(path),
		hasExceptions: rules.hasExceptions || rescued.length > 0,
	};
}

async function* entries(
	folder: string,
	rules: IgnoreRules,
	prefix = "",
): AsyncGenerator<Entry> {
	for (const name of (await readdir(folder)).sort()) {
		const [path, file] = [`${prefix}${name}`, join(folder, name)];
		const ignored = rules.ignores(path);
		const stats = await lstat(file);
		if (!ignored) yield { path, file, stats };
		if (stats.isDirectory() && (!ignored || rules.hasExceptions))
			yield* entries(file, rules, `${path}/`);
	}
}

async function addEntry(tar: Pack, { path, file, stats }: Entry) {
	const header = { name: path, mode: stats.mode & 0o7777, mtime: stats.mtime };
	if (stats.isDirectory()) tar.entry({ ...header, type: "directory" });
	else if (stats.isSymbolicLink())
		tar.entry({ ...header, type: "symlink", linkname: await readlink(file) });
	else if (stats.isFile()) {
		const entry = tar.entry({ ...header, size: stats.size });
		await pipeline(createReadStream(file), entry);
	}
}

// A link counts as where it leads, not as what is there: that is all the builder gets.
async function content(file: string, stats: Stats): Promise<string> {
	if (stats.isSymbolicLink()) return readlink(file);
	return stats.isFile() ? sha256(file) : "";
}

async function sha256(file: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	return hash.digest("hex");
}

const slashed = (path: string) => path.split(sep).join("/");
