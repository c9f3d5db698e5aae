import {
	chmodSync,
	copyFileSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	rmSync,
	symlinkSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { cacheFolder } from "../folders.mjs";
import { runCaptured, runLogged, UserError } from "../process.ts";

/** Files taken from Debian packages without installing them on this machine. */
export interface DebianFiles {
	/** Folder with the unpacked packages and all they depend on. */
	readonly folder: string;
	dispose(): void;
}

const LOG = join(cacheFolder(), "log", "debian-packages.log");

/**
 * Downloads Debian packages with their dependencies and unpacks them into a folder.
 *
 * @throws {UserError} where there is no apt
 */
export async function unpackDebian(
	packages: readonly string[],
): Promise<DebianFiles> {
	await refreshLists(packages);
	mkdirSync(cacheFolder(), { recursive: true });
	const scratch = mkdtempSync(join(cacheFolder(), "debian."));
	const dispose = () => rmSync(scratch, { recursive: true, force: true });
	try {
		const folder = join(scratch, "files");
		mkdirSync(folder);
		await runLogged(
			"apt-get",
			["download", ...(await closure(packages))],
			LOG,
			{
				cwd: scratch,
			},
		);
		for (const name of readdirSync(scratch)) {
			if (name.endsWith(".deb")) {
				await runLogged("dpkg-deb", ["-x", join(scratch, name), folder], LOG);
			}
		}
		return { folder, dispose };
	} catch (error) {
		dispose();
		throw error;
	}
}

async function refreshLists(packages: readonly string[]): Promise<void> {
	const { code } = await runCaptured("apt-cache", ["show", ...packages]).catch(
		() => {
			throw new UserError(
				"images can neither be pulled nor built: there is no apt on this machine. Fix: allow access to Docker Hub, or run on Debian or Ubuntu",
			);
		},
	);
	if (code !== 0) await runLogged("apt-get", ["update"], LOG);
}

async function closure(
	packages: readonly string[],
): Promise<readonly string[]> {
	const skip = [
		"recommends",
		"suggests",
		"conflicts",
		"breaks",
		"replaces",
		"enhances",
	];
	const { stdout } = await runCaptured("apt-cache", [
		"depends",
		"--recurse",
		...skip.map((kind) => `--no-${kind}`),
		...packages,
	]);
	const names = stdout.split("\n").filter((line) => /^[a-z0-9]/.test(line));
	return [...new Set(names)];
}

/**
 * Copies a program and the shared libraries it needs from unpacked packages into an image's root.
 *
 * @param program path within the packages, or on this machine when it is absolute in `from`
 */
export async function installProgram(
	files: DebianFiles,
	program: { readonly from: string; readonly to: string },
	root: string,
): Promise<void> {
	copy(program.from, join(root, program.to));
	for (const library of await sharedLibraries(files, program.from)) {
		copy(resolveInside(files.folder, library), join(root, library));
	}
}

/** Paths of the libraries below the packages' folder, the loader among them. */
async function sharedLibraries(
	{ folder }: DebianFiles,
	program: string,
): Promise<readonly string[]> {
	const loader = findLoader(folder);
	const paths = ["lib", "usr/lib"].flatMap((base) =>
		readdirSync(join(folder, base), { withFileTypes: true })
			.filter((entry) => entry.name.endsWith("-linux-gnu"))
			.map((entry) => join(folder, base, entry.name)),
	);
	const { code, stdout, stderr } = await runCaptured(join(folder, loader), [
		"--library-path",
		paths.join(":"),
		"--list",
		program,
	]);
	if (code !== 0)
		throw new Error(`cannot list the libraries of ${program}: ${stderr}`);
	const libraries = [...stdout.matchAll(/=> (\S+)/g)]
		.map(([, path = ""]) => path)
		.filter((path) => path.startsWith(folder))
		.map((path) => path.slice(folder.length + 1));
	return [loader, ...libraries];
}

function findLoader(folder: string): string {
	for (const base of ["lib64", "lib"]) {
		if (!existsSync(join(folder, base))) continue;
		const loader = readdirSync(join(folder, base)).find((name) =>
			name.startsWith("ld-linux"),
		);
		if (loader) return join(base, loader);
	}
	throw new Error(`no dynamic loader among the packages in ${folder}`);
}

// The loader is an absolute link, which must not lead to this machine's own.
function resolveInside(folder: string, path: string): string {
	const file = join(folder, path);
	if (!lstatSync(file).isSymbolicLink()) return file;
	const target = readlinkSync(file);
	return isAbsolute(target)
		? resolveInside(folder, target)
		: resolveInside(folder, join(dirname(path), target));
}

/** Puts busybox and a link for each of its commands into an image's root: a shell and `wget`. */
export async function installBusybox(
	{ folder }: DebianFiles,
	root: string,
): Promise<void> {
	const busybox = join(root, "bin", "busybox");
	copy(join(folder, "bin", "busybox"), busybox);
	const { stdout } = await runCaptured(busybox, ["--list"]);
	for (const name of stdout.split("\n")) {
		const link = join(root, "bin", name);
		if (name && !existsSync(link)) symlinkSync("busybox", link);
	}
}

function copy(from: string, to: string): void {
	mkdirSync(dirname(to), { recursive: true });
	copyFileSync(from, to);
	chmodSync(to, 0o755);
}
