import { posix as path } from "node:path";

/** Which files of a build context stay behind. */
export interface IgnoreRules {
	/** Whether the path, relative to the context, is left out. */
	ignores(file: string): boolean;
	/** A folder that is left out can still hold files that are not. */
	readonly hasExceptions: boolean;
}

interface Rule {
	readonly pattern: RegExp;
	readonly exception: boolean;
}

/**
 * Reads a `.dockerignore` file. The last rule that matches a path or a folder above it decides:
 * https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function parseDockerignore(text: string): IgnoreRules {
	const rules = text
		.split(/\r?\n/)
		.filter((line) => !line.startsWith("#"))
		.map((line) => line.trim())
		.filter((line) => line !== "" && line !== "!")
		.map(parseRule);
	return {
		hasExceptions: rules.some(({ exception }) => exception),
		ignores: (file) => {
			const paths = withParents(file);
			const decisive = rules.findLast(({ pattern }) =>
				paths.some((each) => pattern.test(each)),
			);
			return decisive !== undefined && !decisive.exception;
		},
	};
}

function parseRule(line: string): Rule {
	const exception = line.startsWith("!");
	const pattern = path.normalize(exception ? line.slice(1).trim() : line);
	const relative = pattern.replace(/^\/(?=.)/, "").replace(/(?<=.)\/$/, "");
	return { pattern: patternExpression(relative), exception };
}

// Go's filepath.Match with `**` for any number of folders, as moby/patternmatcher translates it.
function patternExpression(pattern: string): RegExp {
	const source = pattern.replace(
		/\*\*\/?|\*|\?|\\.|\[[^\]]*\]|[.+^${}()|[\]\\]/g,
		(token, at: number) => {
			if (token.startsWith("**"))
				return at + token.length === pattern.length ? ".*" : "(?:.*/)?";
			if (token === "*") return "[^/]*";
			if (token === "?") return "[^/]";
			if (token.length > 1) return token;
			return `\\${token}`;
		},
	);
	return new RegExp(`^${source}$`);
}

function withParents(file: string): string[] {
	const parts = file.split("/");
	return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}
