import { spawnSync } from "node:child_process";

/**
 * The last commit that changed some files of a folder, with `-dirty` behind it when they are not as
 * that commit has them. It stays the same while others are committed, so that it changes no resource
 * on its own.
 *
 * @param folder absolute path
 * @param patterns git's pathspecs; `*` stands for `/` too
 * @returns undefined when the folder is in no git checkout, or nothing of it was ever committed
 */
export function commitOf(
	folder: string,
	patterns: readonly string[],
): string | undefined {
	const commit = git(folder, ["log", "-1", "--format=%H", "--", ...patterns]);
	if (!commit) return undefined;
	// Files that git ignores are offered all the same, and are of no commit.
	const changes = git(folder, [
		"status",
		"--porcelain",
		"--untracked-files=all",
		"--ignored=matching",
		"--",
		...patterns,
	]);
	return changes === "" ? commit : `${commit}-dirty`;
}

/** What git says, without white space around it; undefined when it says no. */
function git(folder: string, args: readonly string[]): string | undefined {
	const { status, stdout } = spawnSync("git", ["-C", folder, ...args], {
		encoding: "utf8",
		// A hook or an alias of the user's starts git with variables that name another repository.
		env: { ...process.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined },
	});
	return status === 0 ? stdout.trim() : undefined;
}
