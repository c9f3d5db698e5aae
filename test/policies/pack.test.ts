import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RULES } from "../../policies/rules.ts";

const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

test("the pack asks for the versions the project has", () => {
	const project = read("package.json");
	const all = { ...project.dependencies, ...project.devDependencies };
	const { dependencies } = read("policies/package.json");
	for (const [name, version] of Object.entries(dependencies)) {
		expect(`${name} ${version}`).toBe(`${name} ${all[name]}`);
	}
});

test("every rule has an id of its own, and its text fits its message", () => {
	expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
	for (const { sentence, remedy, link } of RULES) {
		expect(`${sentence}${remedy}`).not.toMatch(/\.$/);
		expect(sentence).toMatch(/^[^A-Z]|^(?:Prod|CI)/);
		expect(link).toMatch(/^https:\/\//);
	}
});
