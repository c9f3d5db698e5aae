import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type {
	ContainerNeeds,
	PodNeeds,
} from "../../../toolchain/kubernetes/cluster-needs.ts";
import { rightsFor } from "../../../toolchain/kubernetes/rights.ts";
import { needsOf } from "../../../toolchain/kubernetes/stack-needs.ts";
import type { KubernetesSpec } from "../../../topology/kubernetes-spec.ts";
import { k8sEstate } from "../../topology/k8s-estate.ts";

interface Manifest {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: { readonly name: string; readonly namespace: string };
	readonly spec: {
		readonly replicas?: number;
		readonly strategy?: { readonly rollingUpdate?: object };
		readonly resources: { readonly requests: { readonly storage: string } };
		readonly template: PodTemplate;
		readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } };
	};
}

interface PodTemplate {
	readonly spec: {
		readonly containers: readonly { readonly resources: ContainerNeeds }[];
	};
}

// What the components make of the same stack, see kubernetes-golden.test.ts.
const manifests = parseAllDocuments(
	readFileSync(
		new URL("../../components/manifests.k8s.yaml", import.meta.url),
		"utf8",
	),
).map((document) => document.toJS() as Manifest);
const estate = k8sEstate();
const needs = needsOf(estate, estate.kubernetes as KubernetesSpec);

const ofKind = (...kinds: readonly string[]) =>
	manifests.filter(({ kind }) => kinds.includes(kind));

test("names every namespace that the components make", () => {
	expect([...needs.namespaces].sort()).toEqual(
		ofKind("Namespace").map(({ metadata }) => metadata.name),
	);
});

test("asks for every claim that the components make", () => {
	expect(
		needs.claims.map(({ namespace, size }) => `${namespace} ${size}`).sort(),
	).toEqual(
		ofKind("PersistentVolumeClaim")
			.map(
				({ metadata, spec }) =>
					`${metadata.namespace} ${spec.resources.requests.storage}`,
			)
			.sort(),
	);
});

test("counts every pod that the components make, and one more of what is replaced while it runs", () => {
	const servers = ofKind("Deployment", "StatefulSet").map(
		({ metadata, spec }) => ({
			namespace: metadata.namespace,
			replicas: (spec.replicas ?? 1) + (spec.strategy?.rollingUpdate ? 1 : 0),
			containers: containersOf(spec.template),
		}),
	);
	const jobs = ofKind("CronJob").map(({ metadata, spec }) => ({
		namespace: metadata.namespace,
		replicas: 1,
		containers: containersOf(spec.jobTemplate.spec.template),
	}));
	expect(needs.pods.map(counted).sort()).toEqual(
		[...servers, ...jobs].map(counted).sort(),
	);
});

test("asks for a right on every kind that the components make, and on no other", () => {
	const made = rightsFor(needs)
		.filter(({ verb }) => verb === "create")
		.map(({ group, resource }) => `${group}/${resource}`);
	expect(made.sort()).toEqual([...new Set(manifests.map(resourceOf))].sort());
});

// The plural is the only word that a manifest does not have.
function resourceOf({ apiVersion, kind }: Manifest): string {
	const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
	return `${group}/${kind.toLowerCase().replace(/y$/, "ie")}s`;
}

const containersOf = ({ spec }: PodTemplate) =>
	spec.containers.map(({ resources }) => resources);

const counted = ({ namespace, replicas, containers }: Omit<PodNeeds, "what">) =>
	[
		`${namespace}: ${replicas} of`,
		...containers.map(
			({ requests: { cpu, memory }, limits = {} }) =>
				`${cpu} ${memory} up to ${limits.cpu} ${limits.memory}`,
		),
	].join(" ");
