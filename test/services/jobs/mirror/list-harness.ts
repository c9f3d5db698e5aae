import { parseWantedTags } from "../../../../services/jobs/mirror/wanted-tags.ts";
import { formatProblem } from "../../../../services/jobs/problem.ts";

/** Digests of two images that nobody has. */
export const A = `sha256:${"a".repeat(64)}`;
export const B = `sha256:${"b".repeat(64)}`;

/** What a file named `m.yaml` asks for, in short, and its problems as they are printed. */
export function parse(text: string) {
	return parseFiles({ "m.yaml": text });
}

/** The same of several files, by their names. */
export function parseFiles(files: Readonly<Record<string, string>>) {
	const { wanted, problems } = parseWantedTags(
		Object.entries(files).map(([path, text]) => ({ path, text })),
	);
	return {
		wanted: wanted.map(
			({ registry, repository, tag, pinned = "upstream", override }) =>
				`${registry} ${repository} ${tag} = ${override?.image.digest ?? pinned}`,
		),
		problems: problems.map(formatProblem),
	};
}

/** A list of Debian alone, with the other keys of its entry. */
export const debian = (rest: string) =>
	`images:\n  - name: docker.io/library/debian\n    ${rest}\n`;

/** A list of Debian 12 and an override of it, of which some keys are other or left out. */
export function overridden(
	keys: Readonly<Record<string, string | undefined>> = {},
): string {
	const entry = {
		name: "docker.io/library/debian",
		tag: '"12"',
		image: `docker.io/team/debian@${A}`,
		owner: "team-base",
		reason: "patched openssl",
		expires: "2026-12-31",
		...keys,
	};
	const lines = Object.entries(entry)
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) => `    ${key}: ${value}`)
		.join("\n");
	return `${debian('tags: ["12"]')}overrides:\n  -${lines.slice(3)}\n`;
}
