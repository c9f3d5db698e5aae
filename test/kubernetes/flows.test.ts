import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { loadImage } from "../../toolchain/cluster/images.ts";
import { applyObjects, kubectl } from "../../toolchain/cluster/kubectl.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { namespacesOf } from "../../topology/hosts.ts";
import { dispose, estate, STACK, up } from "./cluster-stack.ts";
import {
	isFlow,
	nameOf,
	neverConnected,
	type Probe,
	probeOf,
	receiversOf,
	removeProbes,
	startProbes,
	strayIn,
	type Try,
	triesOf,
	tryAll,
	workloadsOf,
} from "./probes.ts";

/** All tries take ten seconds on a quiet machine. */
const PATIENCE_MS = 180_000;
const ELSEWHERE = `${STACK}-elsewhere`;
const NAMESPACES = namespacesOf(estate());
let probes: readonly Probe[];
let tries: readonly Try[];

beforeAll(async () => {
	await startCluster();
	const image = await loadImage(new Docker(), versions.images.node);
	await up();
	await removeProbes(NAMESPACES);
	await applyObjects({
		apiVersion: "v1",
		kind: "Namespace",
		metadata: { name: ELSEWHERE },
	});
	const workloads = await workloadsOf(estate());
	probes = [
		...workloads.map(probeOf),
		...NAMESPACES.map(strayIn),
		outsider("outsider", {}),
		// Labels alone open nothing: whose pod it is, its namespace says too.
		...workloads
			.filter(({ members }) => members.includes("job:promoter"))
			.map(({ labels }) => outsider("impostor", labels)),
	];
	tries = triesOf(probes, await receiversOf(workloads));
	await startProbes(image, probes);
});

afterAll(async () => {
	await removeProbes(NAMESPACES);
	await kubectl(["delete", "namespace", ELSEWHERE, "--ignore-not-found"]);
	dispose();
});

test("there is a probe for every member of the topology, and for nobody's pods", () => {
	const members = new Set(
		estate().segments.flatMap(({ members }) => members as readonly string[]),
	);
	expect(new Set(probes.flatMap((probe) => probe.members))).toEqual(
		new Set([...members, "outside"]),
	);
});

test("exactly the flows of the topology connect; whatever else is tried times out", async () => {
	expect(await tryAll(tries)).toEqual(expectation());
});

test("without the policies all of it connects, and `up` puts them back", async () => {
	for (const namespace of NAMESPACES) {
		await kubectl([
			...["--namespace", namespace, "delete", "networkpolicies", "--all"],
		]);
	}
	expect(await neverConnected(tries, PATIENCE_MS)).toEqual([]);
	expect(await up()).toMatch(/\+ \d+ created/);
	// Pods are not replaced for a policy, so the addresses are still theirs.
	expect(await tryAll(tries)).toEqual(expectation());
}, 600_000);

function expectation() {
	const names = (wanted: boolean) =>
		tries
			.filter((each) => isFlow(estate(), each) === wanted)
			.map(nameOf)
			.sort();
	return { connected: names(true), "timed out": names(false) };
}

function outsider(name: string, labels: Probe["labels"]): Probe {
	return {
		namespace: ELSEWHERE,
		pod: `probe-${name}`,
		name: `${ELSEWHERE}/${name}`,
		labels,
		members: ["outside"],
	};
}
