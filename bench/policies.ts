import { judge } from "../policies/judge.ts";
import type { Resource } from "../policies/resource.ts";
import { SETTINGS } from "../policies/settings.ts";
import { estateOnKubernetes } from "../test/components/k8s-estate.ts";
import { deployed } from "../test/policies/stack.ts";
import type { BenchOptions } from "./bench-options.ts";
import { figure, type Metrics, median } from "./metric.ts";

const ROUNDS = 5;
const RESOURCES = 1_000;

/** How long all rules take for a thousand resources: estates on Kubernetes beside each other. */
export async function benchPolicies({ quick }: BenchOptions): Promise<Metrics> {
	const estate = await deployed(() => estateOnKubernetes(), "k8s");
	const times = Array.from({ length: quick ? 1 : ROUNDS }, () => {
		// Made anew: what was read of the same resources before would be known.
		const resources = beside(estate, RESOURCES);
		const start = performance.now();
		judge(resources, { ...SETTINGS, day: "2026-11-24" });
		return performance.now() - start;
	});
	return { policies1000Ms: figure(median(times), "ms") };
}

/** Copies of an estate under other names, cut off at a number of resources. */
function beside(estate: readonly Resource[], count: number): Resource[] {
	const text = JSON.stringify(estate);
	const copies = Array.from(
		{ length: Math.ceil(count / estate.length) },
		(_, index): Resource[] => JSON.parse(text.replaceAll("k8s", `k8s${index}`)),
	);
	return copies.flat().slice(0, count);
}
