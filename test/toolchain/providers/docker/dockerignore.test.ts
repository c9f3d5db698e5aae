import { expect, test } from "vitest";
import { parseDockerignore } from "../../../../toolchain/providers/docker/dockerignore.ts";

// Cases of moby/patternmatcher's own tests and of the reference page.
test.each<[string, string, boolean]>([
	["node_modules", "node_modules", true],
	["node_modules", "node_modules/a/b.js", true],
	["node_modules", "app/node_modules", false],
	["/node_modules", "node_modules/a", true],
	["./build/", "build/out", true],
	["*.md", "README.md", true],
	["*.md", "docs/README.md", false],
	["**/*.md", "README.md", true],
	["**/*.md", "docs/a/README.md", true],
	["*/temp*", "somedir/temporary.txt", true],
	["*/temp*", "somedir/subdir/temporary.txt", false],
	["*/*/temp*", "somedir/subdir/temporary.txt", true],
	["temp?", "tempa", true],
	["temp?", "temp", false],
	["temp?", "temp/", false],
	["a.b", "axb", false],
	["[a-c].txt", "b.txt", true],
	["[a-c].txt", "d.txt", false],
	["\\*.txt", "*.txt", true],
	["\\*.txt", "a.txt", false],
	["docs/**", "docs/a/b", true],
	["**/docs", "a/b/docs", true],
	["**/docs", "docs", true],
	["**", "anything/at/all", true],
	["(x)+$", "(x)+$", true],
	["# comment", "# comment", false],
	["", "a", false],
	["  padded  ", "padded", true],
])("the rule %j and the path %j: ignored %j", (rule, path, ignored) => {
	expect(parseDockerignore(rule).ignores(path)).toBe(ignored);
});

test("the last rule that matches decides, also for a folder above", () => {
	const rules = parseDockerignore(
		"*.md\n!README*.md\nREADME-secret.md\r\ndata\n!data/keep\n",
	);
	expect(rules.hasExceptions).toBe(true);
	expect(
		[
			"CHANGES.md",
			"README.md",
			"README-secret.md",
			"data/x",
			"data/keep/y",
		].map(rules.ignores),
	).toEqual([true, false, true, true, false]);
});

test("without exceptions a folder that is ignored need not be looked into", () => {
	expect(parseDockerignore("data\n*.md").hasExceptions).toBe(false);
});
