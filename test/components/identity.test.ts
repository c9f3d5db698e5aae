import { expect, test } from "vitest";
import { estateOnDocker } from "./estate.ts";
import { deploy } from "./harness.ts";

const { resources } = await deploy(() => estateOnDocker());

test("every resource of the dev stack keeps its identity: a changed line is a replacement", async () => {
	await expect(
		`${resources.map(({ identity }) => identity).join("\n")}\n`,
	).toMatchFileSnapshot("identities.dev.txt");
});

test("a name stands for one resource alone, so that containers and volumes can be told apart", () => {
	const names = resources.map(({ type, name }) => `${type} ${name}`);
	expect(new Set(names).size).toBe(names.length);
});
