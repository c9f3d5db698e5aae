import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCaptured, UserError } from "../process.ts";
import { ROOT } from "../stack.ts";

/** What a checkout is compared with. */
export interface Base {
	/** As it was asked for, or how it was found. */
	readonly name: string;
	/** Full commit id. */
	readonly commit: string;
}

/**
 * The commit to compare with: the one that is named, or where this checkout left the main branch. On the main
 * branch that is the last commit, so that what is not committed shows.
 *
 * @throws {UserError} when there is no such commit
 */
export async function findBase(revision: string | undefined): Promise<Base> {
	if (revision !== undefined) {
		const commit = await commitNamed(revision);
		if (commit) return { name: revision, commit };
		throw new UserError(
			`--base: no such commit here, got ${revision}; expected a branch, tag or commit of this checkout. Fix: fetch it, e.g. git fetch origin ${revision}`,
		);
	}
	for (const main of ["origin/main", "main"]) {
		const { code, stdout } = await git(ROOT, ["merge-base", "HEAD", main]);
		if (code === 0) return { name: main, commit: stdout.trim() };
	}
	throw new UserError(
		"there is no main branch here to compare with. Fix: name the commit with --base, or fetch the main branch with its history",
	);
}

async function commitNamed(revision: string): Promise<string | undefined> {
	const { code, stdout } = await git(ROOT, [
		"rev-parse",
		"--verify",
		"--quiet",
		"--end-of-options",
		`${revision}^{commit}`,
	]);
	return code === 0 ? stdout.trim() : undefined;
}

/**
 * Makes a checkout of a commit for as long as the work takes. It is a repository of its own, which borrows the
 * objects of this one: nothing is noted here, and the commits of its files can be told. It uses the packages
 * of this checkout.
 */
export async function withCheckout<T>(
	commit: string,
	work: (root: string) => Promise<T>,
): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), "plan-"));
	try {
		const root = join(folder, "checkout");
		await must(tmpdir(), [
			"clone",
			"--quiet",
			"--shared",
			"--no-checkout",
			ROOT,
			root,
		]);
		await must(root, ["checkout", "--quiet", "--detach", commit]);
		symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
		return await work(root);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function must(folder: string, args: readonly string[]): Promise<void> {
	const { code, stderr } = await git(folder, args);
	if (code !== 0) {
		throw new UserError(`git ${args[0]} failed: ${stderr.trim()}`);
	}
}

// A hook or an alias of the user's starts git with variables that name another repository.
const git = (folder: string, args: readonly string[]) =>
	runCaptured("env", [
		"-u",
		"GIT_DIR",
		"-u",
		"GIT_WORK_TREE",
		"-u",
		"GIT_INDEX_FILE",
		"git",
		"-C",
		folder,
		...args,
	]);
