import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { problemsOfObjects } from "../../kubernetes-objects/problems.ts";
import { deploy } from "../harness.ts";
import { estateOnKubernetes } from "../k8s-estate.ts";
import { objectsOf, renderGolden } from "../kubernetes-objects.ts";

test("x", async () => {
	const { resources } = await deploy(() => estateOnKubernetes());
	const objects = objectsOf(resources);
	writeFileSync("/tmp/golden.yaml", renderGolden(resources));
	writeFileSync("/tmp/golden.json", JSON.stringify(objects, null, 1));
	console.log(objects.length, problemsOfObjects(objects));
});
