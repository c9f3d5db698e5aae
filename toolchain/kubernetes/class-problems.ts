import { type Problem, shown } from "../../stacks/config/problem.ts";
import type { ClusterNeeds } from "./cluster-needs.ts";
import type { Named } from "./cluster-objects.ts";
import {
	clusterProblem,
	kubectlFor,
	listed,
	type Setting,
} from "./cluster-problem.ts";

const DEFAULT_STORAGE = "storageclass.kubernetes.io/is-default-class";
const DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class";

/** Claims that would wait for ever: their class is not there, or there is none to take. */
export function storageClassProblems(
	{ cluster, claims }: ClusterNeeds,
	classes: readonly Named[] | undefined,
): readonly Problem[] {
	if (claims.length === 0 || classes === undefined) return [];
	return classProblems(classes, {
		kind: "StorageClass",
		setting: "storageClass",
		name: cluster.storageClass,
		isDefault: isDefaultStorage,
		mark: `${kubectlFor(cluster)} annotate storageclass <name> ${DEFAULT_STORAGE}=true`,
	});
}

/** An Ingress that no controller would look at. */
export function ingressClassProblems(
	{ cluster }: ClusterNeeds,
	classes: readonly Named[] | undefined,
): readonly Problem[] {
	const { kind, ingressClass } = cluster.exposure;
	if (kind !== "ingress" || classes === undefined) return [];
	return classProblems(classes, {
		kind: "IngressClass",
		setting: "exposure.ingressClass",
		name: ingressClass,
		isDefault: ({ metadata }) =>
			metadata.annotations?.[DEFAULT_INGRESS] === "true",
		mark: `${kubectlFor(cluster)} annotate ingressclass <name> ${DEFAULT_INGRESS}=true`,
	});
}

/** Certificates that nobody would make. */
export function certificateProblems(
	{ cluster }: ClusterNeeds,
	served: boolean,
): readonly Problem[] {
	if (cluster.exposure.tls?.kind !== "issuer" || served) return [];
	return [
		clusterProblem("exposure.tls", {
			wrong: "the cluster has no cert-manager to make certificates",
			got: "no kind Certificate of cert-manager.io/v1",
			expected: "cert-manager with its CustomResourceDefinitions",
			fix: "install it (https://cert-manager.io/docs/installation/), or write tls: { kind: secret, secret: <name> }",
		}),
	];
}

/** The class that claims without one get. */
export const defaultStorageClass = (classes: readonly Named[]) =>
	classes.find(isDefaultStorage)?.metadata.name;

// The annotation's older name still counts:
// https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/volume/util/storageclass.go
function isDefaultStorage({ metadata: { annotations = {} } }: Named): boolean {
	const beta = "storageclass.beta.kubernetes.io/is-default-class";
	return [DEFAULT_STORAGE, beta].some((name) => annotations[name] === "true");
}

function classProblems(
	classes: readonly Named[],
	wanted: {
		readonly kind: string;
		readonly setting: Setting;
		readonly name: string | undefined;
		readonly isDefault: (each: Named) => boolean;
		readonly mark: string;
	},
): readonly Problem[] {
	const { kind, setting, name, mark } = wanted;
	const names = classes.map(({ metadata }) => metadata.name);
	if (name !== undefined) {
		if (names.includes(name)) return [];
		return [
			clusterProblem(setting, {
				wrong: `the cluster has no such ${kind}`,
				got: shown(name),
				expected: `one that it has: ${listed(names)}`,
				fix: "write one of these, or have it made in the cluster",
			}),
		];
	}
	if (classes.some(wanted.isDefault)) return [];
	return [
		clusterProblem(setting, {
			wrong: `missing, and the cluster has no default ${kind}`,
			got: listed(names),
			expected: "one of them named here, or marked as default",
			fix: `write ${setting.split(".").at(-1)}: <name>, or mark one with '${mark}'`,
		}),
	];
}
