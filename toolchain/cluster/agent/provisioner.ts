import { chmodSync, mkdirSync, rmSync } from "node:fs";
import type { Api } from "./api.ts";
import type { Claim, StorageClass, Volume } from "./objects.ts";
import { planVolumes, type VolumeStep } from "./volume-plan.ts";

const VOLUMES = "/api/v1/persistentvolumes";

/** What the provisioner has to be told of. */
export const STORAGE_COLLECTIONS = [
	"/apis/storage.k8s.io/v1/storageclasses",
	"/api/v1/persistentvolumeclaims",
	VOLUMES,
] as const;

// Claims that were refused, which are told once.
const refused = new Set<string>();

/** Makes and removes the volumes of the cluster's own classes. Harmless to repeat. */
export async function provisionVolumes(api: Api): Promise<void> {
	const [classes, claims, volumes] = await Promise.all([
		api.list<StorageClass>(STORAGE_COLLECTIONS[0]),
		api.list<Claim>(STORAGE_COLLECTIONS[1]),
		api.list<Volume>(STORAGE_COLLECTIONS[2]),
	]);
	for (const step of planVolumes({ classes, claims, volumes })) {
		await carryOut(api, step);
	}
}

async function carryOut(api: Api, step: VolumeStep): Promise<void> {
	switch (step.action) {
		case "create":
			mkdirSync(step.folder, { recursive: true });
			// fsGroup does nothing on a folder of the node, and pods run as any uid.
			chmodSync(step.folder, 0o777);
			await api.send("POST", VOLUMES, step.volume);
			return;
		case "remove":
			rmSync(step.folder, { recursive: true, force: true });
			await api.send("DELETE", `${VOLUMES}/${step.name}`);
			return;
		case "refuse":
			if (refused.has(step.claim.metadata.uid)) return;
			refused.add(step.claim.metadata.uid);
			await warn(api, step.claim, step.reason);
	}
}

async function warn(
	api: Api,
	{ metadata: { namespace, name, uid } }: Claim,
	message: string,
): Promise<void> {
	const now = new Date().toISOString();
	await api.send("POST", `/api/v1/namespaces/${namespace}/events`, {
		apiVersion: "v1",
		kind: "Event",
		metadata: { generateName: `${name}.`, namespace },
		involvedObject: {
			apiVersion: "v1",
			kind: "PersistentVolumeClaim",
			namespace,
			name,
			uid,
		},
		type: "Warning",
		reason: "ProvisioningFailed",
		message,
		source: { component: "folder-provisioner" },
		firstTimestamp: now,
		lastTimestamp: now,
		count: 1,
	});
}
