import { randomBytes } from "node:crypto";
import type { PropertyMap } from "../values.ts";
import { Api } from "./api.ts";
import { fieldManagerOf } from "./checkpoint.ts";
import { type ClusterConfig, connection } from "./kubeconfig.ts";
import type { Manner } from "./lifecycle.ts";
import { pulumiAnnotation } from "./objects.ts";
import { sender } from "./request.ts";

/** The cluster that a provider's arguments name. */
export interface Cluster {
	readonly api: Api;
	/** Where objects go that name no namespace. */
	readonly namespace: string;
	readonly config: ClusterConfig;
}

/** Nothing is asked of the API server yet. */
export async function clusterOf(config: ClusterConfig): Promise<Cluster> {
	const found = await connection(config);
	return { api: new Api(sender(found)), namespace: found.namespace, config };
}

/** How an object of this cluster is made or changed; the state, if there is one, names its field manager. */
export function mannerFor(
	{ config }: Cluster,
	wanted: PropertyMap,
	state: PropertyMap,
	dryRun = false,
): Manner {
	return {
		fieldManager:
			pulumiAnnotation(wanted, "patchFieldManager") ??
			fieldManagerOf(state) ??
			`pulumi-kubernetes-${randomBytes(4).toString("hex")}`,
		dryRun,
		upsert: config.upsertExistingObjects === true,
		force: config.enablePatchForce === true,
	};
}
