import type { Problem } from "../../stacks/config/problem.ts";
import type { Amounts, ClusterNeeds, ContainerNeeds } from "./cluster-needs.ts";
import type {
	LimitRange,
	LimitRangeItem,
	Quantities,
} from "./cluster-objects.ts";
import { clusterProblem, kubectlFor, listed } from "./cluster-problem.ts";
import { exceeds, parseQuantity } from "./quantity.ts";

/** Something that a range is laid on. */
interface Measured {
	/** What it is to a reader. */
	readonly what: string;
	/** Cores or bytes; undefined of what it does not have. */
	readonly request: (resource: string) => number | undefined;
	/** Its own, or what the ranges of the namespace give it; infinite where there is none. */
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
	return ranges.flatMap(({ metadata: { name, namespace = "" }, spec }) => {
		const given = limitsGivenIn(namespace, ranges);
		return spec.limits.flatMap((item) => {
			const measured = measuredBy(item, namespace, needs, given);
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
		});
	});
}

// https://kubernetes.io/docs/concepts/policy/limit-range/
function rulesOf({
	max = {},
	min = {},
	default: standard = {},
}: LimitRangeItem): readonly Rule[] {
	// The server makes a maximum the default too; one line about it is enough.
	const defaults = Object.fromEntries(
		Object.entries(standard).filter(([name, given]) => given !== max[name]),
	);
	return [
		...rules("max", max, (most, request, limit) =>
			exceeds(Math.max(request, limit), most),
		),
		...rules("min", min, (least, request) => exceeds(least, request)),
		// A limit that is given is no less a limit.
		...rules(
			"default",
			defaults,
			(given, request, limit) => limit === given && exceeds(request, given),
		),
	];
}

const rules = (
	word: string,
	quantities: Quantities,
	isBroken: (bound: number, request: number, limit: number) => boolean,
): readonly Rule[] =>
	Object.entries(quantities).map(([resource, quantity]) => ({
		text: `${word} ${resource} ${quantity}`,
		isBroken: (measured) => {
			const request = measured.request(resource);
			const limit = measured.limit(resource);
			return (
				request !== undefined &&
				limit !== undefined &&
				isBroken(parseQuantity(quantity), request, limit)
			);
		},
	}));

function measuredBy(
	{ type }: LimitRangeItem,
	namespace: string,
	{ pods, claims }: ClusterNeeds,
	given: Partial<Amounts>,
): readonly Measured[] {
	const here = pods.filter((each) => each.namespace === namespace);
	switch (type) {
		case "Container":
			return here
				.flatMap(({ containers, ...pod }) =>
					containers.map((container) => ({ ...pod, containers: [container] })),
				)
				.map(measuredPod);
		case "Pod":
			return here.map(measuredPod);
		case "PersistentVolumeClaim":
			return claims
				.filter((each) => each.namespace === namespace)
				.map(({ size }) => {
					const amount = (resource: string) =>
						resource === "storage" ? parseQuantity(size) : undefined;
					return { what: `a claim of ${size}`, request: amount, limit: amount };
				});
		default:
			return [];
	}

	function measuredPod(pod: ClusterNeeds["pods"][number]): Measured {
		const sum =
			(amounts: (container: ContainerNeeds) => Partial<Amounts>) =>
			(resource: string) =>
				resource === "cpu" || resource === "memory"
					? pod.containers
							.map((container) => amounts(container)[resource])
							.reduce((total, each) => total + number(each), 0)
					: undefined;
		return {
			what: pod.what,
			request: sum(({ requests }) => requests),
			limit: sum(({ limits }) => ({ ...given, ...limits })),
		};
	}
}

const number = (quantity: string | undefined) =>
	quantity === undefined ? Number.POSITIVE_INFINITY : parseQuantity(quantity);

/** The limits that containers without get: the default of a range, which its maximum stands in for. */
function limitsGivenIn(
	namespace: string,
	ranges: readonly LimitRange[],
): Partial<Amounts> {
	const items = ranges
		.filter(({ metadata }) => metadata.namespace === namespace)
		.flatMap(({ spec }) => spec.limits)
		.filter(({ type }) => type === "Container");
	return Object.assign(
		{},
		...items.map(({ max, default: standard }) => ({ ...max, ...standard })),
	);
}
