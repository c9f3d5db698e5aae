import { expect, test } from "vitest";
import { checkInvariants } from "../../topology/invariants/all.ts";
import { k8sEstate } from "../topology/k8s-estate.ts";
import { deploy } from "./harness.ts";
import { estateOnKubernetes } from "./k8s-estate.ts";

const { resources } = await deploy(() => estateOnKubernetes());

test("every resource of the k8s stack keeps its identity: a changed line is a replacement", async () => {
	await expect(
		`${resources.map(({ identity }) => identity).join("\n")}\n`,
	).toMatchFileSnapshot("identities.k8s.txt");
});

test("a name stands for one resource alone", () => {
	const names = resources.map(({ type, name }) => `${type} ${name}`);
	expect(new Set(names).size).toBe(names.length);
});

test("the estate that Pulumi.k8s.yaml describes keeps its own rules", () => {
	expect(checkInvariants(k8sEstate())).toEqual([]);
});
