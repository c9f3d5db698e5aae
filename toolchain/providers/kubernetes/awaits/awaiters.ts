import type { PropertyMap } from "../../values.ts";
import { at, textAt } from "../objects.ts";
import { judgeJob } from "./job.ts";
import { judgePod } from "./pod.ts";
import { podProblems, warnings } from "./pods.ts";
import {
	judgeDaemonSet,
	judgeDeployment,
	judgeStatefulSet,
} from "./rollout.ts";
import { judgeIngress, judgeService } from "./service.ts";
import type { Look, Verdict } from "./verdict.ts";
import { judgeClaim, judgeVolume } from "./volume.ts";

/** How objects of a kind are waited for. */
export interface Awaiter {
	/** How long, where the program does not say. Those of the official plugin. */
	readonly timeoutSeconds: number;
	judge(object: PropertyMap, look: Look): Verdict | Promise<Verdict>;
	/** What stands in the way, beyond the verdict. @default - nothing more to say */
	problems?(object: PropertyMap, look: Look): Promise<readonly string[]>;
}

const TEN_MINUTES = 600;
const FIVE_MINUTES = 300;

const AWAITERS: Readonly<Record<string, Awaiter>> = {
	"apps/v1 DaemonSet": workload(judgeDaemonSet),
	"apps/v1 Deployment": workload(judgeDeployment),
	"apps/v1 StatefulSet": workload(judgeStatefulSet),
	"batch/v1 Job": workload(judgeJob),
	"networking.k8s.io/v1 Ingress": {
		timeoutSeconds: TEN_MINUTES,
		judge: judgeIngress,
	},
	"v1 PersistentVolume": { timeoutSeconds: FIVE_MINUTES, judge: judgeVolume },
	"v1 PersistentVolumeClaim": {
		timeoutSeconds: FIVE_MINUTES,
		judge: async (claim, look) =>
			judgeClaim(claim, await storageClass(claim, look)),
		problems: eventsOf,
	},
	"v1 Pod": {
		timeoutSeconds: TEN_MINUTES,
		judge: judgePod,
		problems: eventsOf,
	},
	"v1 Service": {
		timeoutSeconds: TEN_MINUTES,
		judge: async (service, look) =>
			judgeService(service, await slicesOf(service, look)),
	},
};

/** How this object is waited for, or undefined when it is ready as soon as it is there. */
export function awaiterFor(object: PropertyMap): Awaiter | undefined {
	return AWAITERS[`${textAt(object, "apiVersion")} ${textAt(object, "kind")}`];
}

function workload(judge: (object: PropertyMap) => Verdict): Awaiter {
	return {
		timeoutSeconds: TEN_MINUTES,
		judge,
		async problems(object, look) {
			const pods = await look.list("v1", "Pod", {
				labelSelector: selectorText(object),
			});
			const known = podProblems(pods);
			// A workload without pods has only events to say why.
			return known.length > 0 ? known : eventsOf(object, look);
		},
	};
}

async function eventsOf(
	object: PropertyMap,
	look: Look,
): Promise<readonly string[]> {
	const uid = textAt(object, "metadata", "uid");
	return warnings(
		await look.list("v1", "Event", {
			fieldSelector: `involvedObject.uid=${uid}`,
		}),
	);
}

const slicesOf = (service: PropertyMap, look: Look) =>
	look.list("discovery.k8s.io/v1", "EndpointSlice", {
		labelSelector: `kubernetes.io/service-name=${textAt(service, "metadata", "name")}`,
	});

async function storageClass(claim: PropertyMap, look: Look) {
	const name = textAt(claim, "spec", "storageClassName");
	return name ? look.get("storage.k8s.io/v1", "StorageClass", name) : undefined;
}

/** `spec.selector.matchLabels` as a query; every workload of this project selects by these. */
function selectorText(object: PropertyMap): string {
	const labels = at(object, "spec", "selector", "matchLabels") ?? {};
	return Object.entries(labels)
		.map(([name, value]) => `${name}=${value}`)
		.join(",");
}
