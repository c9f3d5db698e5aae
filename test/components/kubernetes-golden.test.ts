import { beforeAll, describe, expect, test } from "vitest";
import { problemsOfObjects } from "../kubernetes-objects/problems.ts";
import { deploy, type Registered } from "./harness.ts";
import { estateOnKubernetes } from "./k8s-estate.ts";
import { EXPOSURES, estateExposed } from "./k8s-exposures.ts";
import { objectsOf, renderGolden } from "./kubernetes-objects.ts";

// Written anew with `npm test -- -u`. Read what changes: it is what a cluster is told.
const stack = await deploy(() => estateOnKubernetes());

test("the manifests of the k8s stack are these: a changed line is a changed cluster", async () => {
	await expect(renderGolden(stack.resources)).toMatchFileSnapshot(
		"manifests.k8s.yaml",
	);
});

test("a cluster takes them all, and finds all that they name", () => {
	expect(problemsOfObjects(objectsOf(stack.resources))).toEqual([]);
});

/** Namespaces with a front that clients outside reach. */
const EXPOSED = [
	...["k8s-archive", "k8s-ci-snapshots", "k8s-ci-tests", "k8s-eu"],
	...["k8s-prod", "k8s-sandbox"],
];

describe.each(EXPOSURES)("exposed by $file", (exposure) => {
	const { file, given } = exposure;
	let resources: readonly Registered[];

	beforeAll(async () => {
		resources = (await deploy(() => estateExposed(exposure))).resources;
	});

	test("the fronts differ from the stack's in these manifests", async () => {
		await expect(
			renderGolden(differing(resources, stack.resources)),
		).toMatchFileSnapshot(`manifests.k8s.${file}.yaml`);
	});

	test("a cluster takes them all, and finds all that they name", () => {
		expect(
			problemsOfObjects(objectsOf(resources), {
				outside: given
					? EXPOSED.map((namespace) => `Secret "${namespace}/${given}"`)
					: [],
			}),
		).toEqual([]);
	});
});

/** Resources of the first that are not in the second, or not alike. */
function differing(
	resources: readonly Registered[],
	others: readonly Registered[],
): readonly Registered[] {
	const known = new Set(others.map((other) => JSON.stringify(other)));
	return resources.filter((resource) => !known.has(JSON.stringify(resource)));
}
