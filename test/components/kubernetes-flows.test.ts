import { describe, expect, test } from "vitest";
import type { Policy } from "../kubernetes/reach/reach.ts";
import {
	connectionsOf,
	type Peer,
	podsOf,
	portsOf,
} from "../kubernetes-objects/connections.ts";
import type { KubernetesObject } from "../kubernetes-objects/object.ts";
import { deploy } from "./harness.ts";
import { estateOnKubernetes } from "./k8s-estate.ts";
import { objectsOf } from "./kubernetes-objects.ts";

const { resources } = await deploy(() => estateOnKubernetes());
const objects = objectsOf(resources);
const pods = podsOf(objects);

// What an operator expects, written by hand: whoever calls, whom, and on which port. It shares nothing with the
// topology; the policies are read by `test/kubernetes/reach`, which shares nothing with what renders them.
const FLOWS: Readonly<Record<string, readonly string[]>> = {
	// The jobs, through fronts alone. Nobody but the promoter gets to the front of prod-rw.
	"k8s-promoter/promote": [
		"k8s-ci-snapshots/ci-snapshots-front-server:8080",
		"k8s-prod/promotion-front-server:8080",
	],
	"k8s-jobs/cleanup": [
		"k8s-sandbox/sandbox-front-server:8080",
		"k8s-ci-tests/ci-tests-front-server:8080",
		"k8s-ci-snapshots/ci-snapshots-front-server:8080",
	],
	"k8s-jobs/mirror": ["k8s-archive/archive-front-server:8080"],

	// Each tier by itself: a front calls its registry and its gate, a gate its registry, and a registry its
	// gate, for the key to trust.
	"k8s-sandbox/sandbox-front-server": [
		"k8s-sandbox/sandbox-server:5000",
		"k8s-sandbox/sandbox-gate-server:8080",
	],
	"k8s-sandbox/sandbox-gate-server": ["k8s-sandbox/sandbox-server:5000"],
	"k8s-sandbox/sandbox-server": ["k8s-sandbox/sandbox-gate-server:8080"],

	"k8s-ci-tests/ci-tests-front-server": [
		"k8s-ci-tests/ci-pool-tests-server:5000",
		"k8s-ci-tests/ci-tests-gate-server:8080",
	],
	"k8s-ci-tests/ci-tests-gate-server": [
		"k8s-ci-tests/ci-pool-tests-server:5000",
	],
	"k8s-ci-tests/ci-pool-tests-server": [
		"k8s-ci-tests/ci-tests-gate-server:8080",
	],

	"k8s-ci-snapshots/ci-snapshots-front-server": [
		"k8s-ci-snapshots/ci-pool-snapshots-server:5000",
		"k8s-ci-snapshots/ci-snapshots-gate-server:8080",
	],
	"k8s-ci-snapshots/ci-snapshots-gate-server": [
		"k8s-ci-snapshots/ci-pool-snapshots-server:5000",
	],
	"k8s-ci-snapshots/ci-pool-snapshots-server": [
		"k8s-ci-snapshots/ci-snapshots-gate-server:8080",
	],

	"k8s-archive/archive-front-server": [
		"k8s-archive/archive-server:5000",
		"k8s-archive/archive-gate-server:8080",
	],
	"k8s-archive/archive-gate-server": ["k8s-archive/archive-server:5000"],
	"k8s-archive/archive-server": ["k8s-archive/archive-gate-server:8080"],

	// Prod is one pod: prod answers on 5000 and prod-rw on 5010, each to a front and a gate of its own.
	"k8s-prod/prod-front-server": [
		"k8s-prod/prod-server:5000",
		"k8s-prod/prod-gate-server:8080",
	],
	"k8s-prod/prod-gate-server": ["k8s-prod/prod-server:5000"],
	"k8s-prod/promotion-front-server": [
		"k8s-prod/prod-server:5010",
		"k8s-prod/promotion-gate-server:8080",
	],
	"k8s-prod/promotion-gate-server": ["k8s-prod/prod-server:5010"],
	"k8s-prod/prod-server": [
		"k8s-prod/prod-gate-server:8080",
		"k8s-prod/promotion-gate-server:8080",
	],

	// A region: its front alone asks home; its caches ask their own front, which leads them there.
	"k8s-eu/eu-front-server": [
		"k8s-eu/prod-eu-server-0:5000",
		"k8s-eu/prod-eu-server-1:5000",
		"k8s-eu/eu-gate-server:8080",
		"k8s-prod/prod-front-server:8080",
	],
	"k8s-eu/eu-gate-server": [
		"k8s-eu/prod-eu-server-0:5000",
		"k8s-eu/prod-eu-server-1:5000",
	],
	"k8s-eu/prod-eu-server-0": [
		"k8s-eu/eu-front-server:8082",
		"k8s-eu/eu-gate-server:8080",
	],
	"k8s-eu/prod-eu-server-1": [
		"k8s-eu/eu-front-server:8082",
		"k8s-eu/eu-gate-server:8080",
	],
};

const PUBLIC = [
	"k8s-archive/archive-front-server:8080",
	"k8s-ci-snapshots/ci-snapshots-front-server:8080",
	"k8s-ci-tests/ci-tests-front-server:8080",
	"k8s-eu/eu-front-server:8080",
	"k8s-prod/prod-front-server:8080",
	"k8s-sandbox/sandbox-front-server:8080",
];

/** Gates that know the jobs by tokens of the cluster, and ask it for the keys of those; and the archiver's upstreams. */
const GO_OUT = [
	"k8s-archive/archive-gate-server",
	"k8s-ci-snapshots/ci-snapshots-gate-server",
	"k8s-ci-tests/ci-tests-gate-server",
	"k8s-jobs/mirror",
	"k8s-prod/promotion-gate-server",
	"k8s-sandbox/sandbox-gate-server",
];

const TABLE = Object.entries(FLOWS).flatMap(([from, to]) =>
	to.map((receiver) => `${from} → ${receiver}`),
);

/** Ports that pods listen on, those that only a container itself is to reach, and that of names. */
const PORTS = [...portsOf(objects), 5001, 53];

const OUTSIDE: Peer = {
	name: "outside",
	party: { kind: "address", address: "203.0.113.9" },
};

const DNS: Peer = {
	name: "dns",
	party: {
		kind: "pod",
		namespace: "kube-system",
		labels: { "k8s-app": "kube-dns" },
	},
};

/** Pods elsewhere in the cluster with all the labels of the estate's. */
const IMPOSTORS = pods.map(({ name, party }): Peer => {
	if (party.kind !== "pod") throw new Error(`${name} is no pod`);
	const { labels } = party;
	return {
		name: `impostor of ${name}`,
		party: { kind: "pod", namespace: "default", labels },
	};
});

/** A pod in each namespace of the estate that nobody foresaw. */
const STRAYS = objects
	.filter(({ kind }) => kind === "Namespace")
	.map(
		({ metadata: { name: namespace } }): Peer => ({
			name: `${namespace}/stray`,
			party: { kind: "pod", namespace, labels: {} },
		}),
	);

test("every workload has a row in the table, and every namespace a stray pod", () => {
	expect(Object.keys(FLOWS).sort()).toEqual(
		pods.map(({ name }) => name).sort(),
	);
	expect(STRAYS).toHaveLength(8);
});

test("the ports are those that fronts, gates and registries listen on", () => {
	expect(portsOf(objects)).toEqual([5000, 5010, 8080, 8082]);
});

describe("within the cluster", () => {
	test("these connections are let through and no others", () => {
		expect(
			connectionsOf(objects, {
				from: [...pods, ...STRAYS, ...IMPOSTORS],
				to: [...pods, ...STRAYS],
				ports: PORTS,
			}),
		).toEqual([...TABLE, ...reach(IMPOSTORS, PUBLIC)].sort());
	});

	// Two policies stand between any two pods; each must hold when the other is lost.
	test("the senders' policies alone let no others through, but questions for names", () => {
		expect(
			connectionsOf(oneSided("Egress"), {
				from: [...pods, ...STRAYS],
				to: [...pods, ...STRAYS, ...IMPOSTORS, DNS],
				ports: PORTS,
			}),
		).toEqual([...TABLE, ...reach([...pods, ...STRAYS], ["dns:53"])].sort());
	});

	test("the receivers' policies alone let no others through, but everybody to the public fronts", () => {
		expect(
			connectionsOf(oneSided("Ingress"), {
				from: [...pods, ...STRAYS, ...IMPOSTORS, OUTSIDE],
				to: [...pods, ...STRAYS],
				ports: PORTS,
			}),
		).toEqual(
			[
				...new Set([
					...TABLE,
					...reach([...pods, ...STRAYS, ...IMPOSTORS, OUTSIDE], PUBLIC),
				]),
			].sort(),
		);
	});

	test.each(["UDP", "TCP"] as const)(
		"every pod asks for names by %s",
		(protocol) => {
			expect(
				connectionsOf(objects, {
					...{ from: pods, to: [DNS], ports: PORTS, protocol },
				}),
			).toEqual(reach(pods, ["dns:53"]).sort());
		},
	);
});

describe("beyond the cluster", () => {
	test("the public fronts are reached, and neither prod-rw's, nor a region's way home", () => {
		expect(
			connectionsOf(objects, {
				from: [OUTSIDE],
				to: [...pods, ...STRAYS],
				ports: PORTS,
			}),
		).toEqual(reach([OUTSIDE], PUBLIC));
	});

	test("only who has to ask somebody there does, for https and the API server", () => {
		expect(
			connectionsOf(objects, {
				from: [...pods, ...STRAYS],
				to: [OUTSIDE],
				ports: [...PORTS, 22, 80, 443, 6443],
			}),
		).toEqual(
			GO_OUT.flatMap((sender) => [
				`${sender} → outside:443`,
				`${sender} → outside:6443`,
			]),
		);
	});
});

/** All from some to others, but not from a pod to itself. */
function reach(from: readonly Peer[], to: readonly string[]): string[] {
	return from.flatMap(({ name }) =>
		to
			.filter((receiver) => !receiver.startsWith(`${name}:`))
			.map((receiver) => `${name} → ${receiver}`),
	);
}

/** The objects with policies for one direction only; the other is open. */
function oneSided(
	direction: "Ingress" | "Egress",
): readonly KubernetesObject[] {
	return objects.flatMap((object) => {
		if (object.kind !== "NetworkPolicy") return [object];
		const spec = object.spec as Policy["spec"];
		return spec.policyTypes?.includes(direction)
			? [{ ...object, spec: { ...spec, policyTypes: [direction] } }]
			: [];
	});
}
