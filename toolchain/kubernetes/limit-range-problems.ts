import type { Problem } from "../../stacks/config/problem.ts";
import type { Amounts, ClusterNeeds } from "./cluster-needs.ts";
import type {
	LimitRange,
	LimitRangeItem,
	Quantities,
} from "./cluster-objects.ts";
import { clusterProblem, kubectlFor, listed } from "./cluster-problem.ts";
import { podAmount } from "./demand.ts";
import { exceeds, parseQuantity } from "./quantity.ts";

/** Something that a range is laid on. Cores and bytes; undefined is what it does not say. */
interface Measured {
	/** What it is to a reader. */
	readonly what: string;
	readonly request: (resource: string) => number | undefined;
	readonly limit: (resource: string) => number | undefined;
}

/** A rule of a range, and whether something breaks it. */
interface Rule {
	/** As the range writes it, e.g. `max cpu 100m`. */
	readonly text: string;
	readonly isBroken: (measured: Measured) => boolean;
}

/** LimitRanges under which the API server would refuse the stack's pods or claims. */
export function limitRangeProblems(
	needs: ClusterNeeds,
	ranges: readonly LimitRange[],
): readonly Problem[] {
	return ranges.flatMap(({ metadata: { name, namespace = "" }, spec }) =>
		spec.limits.flatMap((item) => {
			const measured = measuredBy(item, namespace, needs);
			return rulesOf(item).flatMap(({ text, isBroken }) => {
				const broken = measured.filter(isBroken).map(({ what }) => what);
				if (broken.length === 0) return [];
				return clusterProblem("context", {
					wrong: `the stack does not fit the LimitRange "${name}" of the namespace ${namespace}`,
					got: `${item.type} ${text}`,
					expected: `room for ${listed([...new Set(broken)])}`,
					fix: `change it with '${kubectlFor(needs.cluster)} --namespace ${namespace} edit limitrange ${name}'`,
				});
			});
		}),
	);
}

// https://kubernetes.io/docs/concepts/policy/limit-range/
function rulesOf({
	max = {},
	min = {},
	default: standard = {},
}: LimitRangeItem): readonly Rule[] {
	return [
		...rules("max", max, (most, request = 0, limit = 0) =>
			exceeds(Math.max(request, limit), most),
		),
		...rules("min", min, (least, request = least) => exceeds(least, request)),
		// The limit of a container that has none.
		...rules(
			"default",
			standard,
			(given, request = 0, limit) =>
				limit === undefined && exceeds(request, given),
		),
	];
}

const rules = (
	word: string,
	quantities: Quantities,
	isBroken: (
		bound: number,
		request: number | undefined,
		limit: number | undefined,
	) => boolean,
): readonly Rule[] =>
	Object.entries(quantities).map(([resource, quantity]) => ({
		text: `${word} ${resource} ${quantity}`,
		isBroken: ({ request, limit }) =>
			isBroken(parseQuantity(quantity), request(resource), limit(resource)),
	}));

function measuredBy(
	{ type }: LimitRangeItem,
	namespace: string,
	{ pods, claims }: ClusterNeeds,
): readonly Measured[] {
	const podsHere = pods.filter((each) => each.namespace === namespace);
	switch (type) {
		case "Container":
			return podsHere.flatMap(({ what, containers }) =>
				containers.map(({ requests, limits = {} }) => ({
					what,
					request: (resource) => number(amount(requests, resource)),
					limit: (resource) => number(amount(limits, resource)),
				})),
			);
		case "Pod":
			return podsHere.map((pod) => ({
				what: pod.what,
				request: (resource) =>
					podAmount(pod, ({ requests }) => amount(requests, resource)),
				limit: (resource) =>
					podAmount(pod, ({ limits = {} }) => amount(limits, resource)),
			}));
		case "PersistentVolumeClaim":
			return claims
				.filter((each) => each.namespace === namespace)
				.map(({ size }) => ({
					what: `a claim of ${size}`,
					request: (resource) =>
						resource === "storage" ? parseQuantity(size) : undefined,
					limit: () => undefined,
				}));
		default:
			return [];
	}
}

const number = (quantity: string | undefined) =>
	quantity === undefined ? undefined : parseQuantity(quantity);

const amount = (amounts: Partial<Amounts>, resource: string) =>
	resource === "cpu" || resource === "memory" ? amounts[resource] : undefined;
