import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import {
	applyObjects,
	kubectl,
	tryKubectl,
} from "../../toolchain/cluster/kubectl.ts";
import { deploy } from "../components/harness.ts";
import { estateOnKubernetes } from "../components/k8s-estate.ts";
import { EXPOSURES, estateExposed } from "../components/k8s-exposures.ts";
import { objectsOf } from "../components/kubernetes-objects.ts";
import type { KubernetesObject } from "../kubernetes-objects/object.ts";

// The manifests that test/components/manifests.k8s*.yaml show, put to a real API server by a dry run, in namespaces
// beside those of the stack.

const STACK = "k8s-";
const HERE = "t-golden-";

beforeAll(async () => {
	await startCluster();
	await applyObjects(list(namespacesOf(await objects(estateOnKubernetes))));
});

afterAll(async () => {
	const names = namespacesOf(await objects(estateOnKubernetes)).map(
		({ metadata }) => metadata.name,
	);
	await kubectl(["delete", "namespace", "--wait=false", ...names]);
});

test("the API server takes every object of the k8s stack, and Pod Security warns of none", async () => {
	const { code, stderr } = await dryRun(await objects(estateOnKubernetes));
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test.each(EXPOSURES)("and takes them exposed by $file", async (exposure) => {
	const { code, stderr } = await dryRun(
		await objects(() => estateExposed(exposure)),
	);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("and would warn of a pod that asks for more than the others", async () => {
	const greedy = (await objects(estateOnKubernetes)).map((object) =>
		object.metadata.name === "sandbox-front-server" &&
		object.kind === "Deployment"
			? asRoot(object)
			: object,
	);
	const { stderr } = await dryRun(greedy);
	expect(stderr).toBe(
		'Warning: would violate PodSecurity "restricted:latest": runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)\n',
	);
});

/** What a program asks for, in namespaces of this test. */
async function objects(
	program: () => unknown,
): Promise<readonly KubernetesObject[]> {
	const { resources } = await deploy(program);
	return JSON.parse(
		JSON.stringify(objectsOf(resources)).replaceAll(`"${STACK}`, `"${HERE}`),
	);
}

/** Without the kinds of cert-manager, which this cluster does not have. */
function dryRun(all: readonly KubernetesObject[]) {
	return tryKubectl(
		[
			...["apply", "--server-side", "--dry-run=server", "--validate=strict"],
			...["-f", "-"],
		],
		JSON.stringify(
			list(
				all.filter(({ apiVersion }) => !apiVersion.startsWith("cert-manager.")),
			),
		),
	);
}

const namespacesOf = (all: readonly KubernetesObject[]) =>
	all.filter(({ kind }) => kind === "Namespace");

const list = (items: readonly KubernetesObject[]) => ({
	apiVersion: "v1",
	kind: "List",
	items,
});

function asRoot(object: KubernetesObject): KubernetesObject {
	const changed = structuredClone(object) as KubernetesObject & {
		spec: { template: { spec: { securityContext: object } } };
	};
	Object.assign(changed.spec.template.spec.securityContext, {
		runAsNonRoot: false,
	});
	return changed;
}
