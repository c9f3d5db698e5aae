import type {
	V1CronJob,
	V1Job,
	V1PodTemplateSpec,
	V1StatefulSet,
} from "@kubernetes/client-node";
import type { KubernetesObject, Labels } from "./object.ts";

/** An object that makes pods, and the pods it makes. */
export interface Workload {
	readonly object: KubernetesObject;
	readonly namespace: string;
	/** Labels of its pods. */
	readonly labels: Labels;
	readonly pod: NonNullable<V1PodTemplateSpec["spec"]>;
	/** Where its pods' specification stands in it: `spec.template.spec`. */
	readonly path: string;
	/** Names of the claims that each pod gets of its own, which its containers mount like volumes. */
	readonly claims: readonly string[];
}

/** The workloads among objects that their schema accepts. */
export function workloadsOf(
	objects: readonly KubernetesObject[],
): readonly Workload[] {
	return objects.flatMap((object) => {
		const found = templateOf(object);
		if (!found) return [];
		const { template, path, claims = [] } = found;
		if (!template.spec) return [];
		return [
			{
				object,
				namespace: object.metadata.namespace ?? "",
				labels: template.metadata?.labels ?? {},
				pod: template.spec,
				path: `${path}.spec`,
				claims,
			},
		];
	});
}

interface Template {
	readonly template: V1PodTemplateSpec;
	readonly path: string;
	readonly claims?: readonly string[];
}

function templateOf(object: KubernetesObject): Template | undefined {
	switch (object.kind) {
		case "Deployment":
		case "Job": {
			const { spec } = object as V1Job;
			return spec && { template: spec.template, path: "spec.template" };
		}
		case "StatefulSet": {
			const { spec } = object as V1StatefulSet;
			return (
				spec && {
					template: spec.template,
					path: "spec.template",
					claims: (spec.volumeClaimTemplates ?? []).map(
						({ metadata }) => metadata?.name ?? "",
					),
				}
			);
		}
		case "CronJob": {
			const { spec } = object as unknown as V1CronJob;
			const template = spec?.jobTemplate.spec?.template;
			return template && { template, path: "spec.jobTemplate.spec.template" };
		}
		default:
			return undefined;
	}
}
