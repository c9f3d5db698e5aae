import type { Problem } from "../../stacks/config/problem.ts";
import type { ClusterNeeds } from "./cluster-needs.ts";
import { clusterProblem, listed } from "./cluster-problem.ts";

/** One verb on one resource. */
export interface Right {
	/** Empty for the core of the API. */
	readonly group: string;
	readonly resource: string;
	readonly verb: string;
}

/** A right that is missing. */
export interface Refusal extends Right {
	/** @default - the cluster: the resource lies in no namespace */
	readonly namespace?: string;
}

const WATCHED = ["get", "list", "watch"] as const;
const MADE = [...WATCHED, "create", "patch", "delete"] as const;

const NAMESPACES: Kind = ["", "namespaces"];

/** What `up` and `down` make, change and remove in every namespace. */
const KINDS: readonly Kind[] = [
	["", "persistentvolumeclaims"],
	["", "secrets"],
	["", "serviceaccounts"],
	["", "services"],
	["apps", "deployments"],
	["apps", "statefulsets"],
	["batch", "cronjobs"],
	["networking.k8s.io", "networkpolicies"],
	["policy", "poddisruptionbudgets"],
];

/** What is looked at while something is waited for. */
const LOOKED_AT: readonly Kind[] = [
	["", "events"],
	["", "pods"],
	["discovery.k8s.io", "endpointslices"],
];

type Kind = readonly [group: string, resource: string];

/** What `up` and `down` do with the stack. */
export function rightsFor({ cluster }: ClusterNeeds): readonly Right[] {
	const { kind, tls } = cluster.exposure;
	const exposed: readonly Kind[] = [
		...(kind === "ingress"
			? [["networking.k8s.io", "ingresses"] as const]
			: []),
		...(tls?.kind === "issuer"
			? [["cert-manager.io", "certificates"] as const]
			: []),
	];
	return [
		...[NAMESPACES, ...KINDS, ...exposed].flatMap((each) => on(each, MADE)),
		...LOOKED_AT.flatMap((each) => on(each, WATCHED)),
	];
}

const on = ([group, resource]: Kind, verbs: readonly string[]) =>
	verbs.map((verb) => ({ group, resource, verb }));

/** Whether a right counts for the cluster as a whole: its objects lie in no namespace. */
export const isClusterWide = ({ group, resource }: Right) =>
	group === "" && resource === NAMESPACES[1];

/** One problem for all that is missing in the same places. */
export function rightsProblems(
	{ cluster: { context }, namespaces }: ClusterNeeds,
	refusals: readonly Refusal[],
): readonly Problem[] {
	const perResource = [...Map.groupBy(refusals, resourceOf)].map(
		([resource, missing]) => ({
			resource,
			verbs: distinct(missing.map(({ verb }) => verb)),
			place: placeOf(distinct(missing.map((each) => each.namespace))),
		}),
	);
	const alike = Map.groupBy(
		perResource,
		({ verbs, place }) => `${listed(verbs)} in ${place}`,
	);
	return [...alike.entries()].map(([lacking, entries]) => {
		const resources = listed(entries.map(({ resource }) => resource));
		return clusterProblem("context", {
			wrong: `"${context}" has too few rights`,
			got: `${resources}: no ${lacking}`,
			expected: "what `npm run up` and `npm run down` do there",
			fix: "have its user bound to a ClusterRole that allows it, or choose another context",
		});
	});

	function placeOf(places: readonly (string | undefined)[]): string {
		const named = places.filter((place) => place !== undefined);
		if (named.length === 0) return "the cluster";
		return namespaces.every((each) => named.includes(each))
			? "every namespace of the stack"
			: listed(named);
	}
}

const distinct = <T>(values: readonly T[]) => [...new Set(values)];

// As kubectl names it.
const resourceOf = ({ group, resource }: Right) =>
	group === "" ? resource : `${resource}.${group}`;
