import { join } from "node:path";
import { PROVISIONER } from "../manifests.ts";
import { VOLUMES } from "../state.ts";
import type { Claim, StorageClass, Volume } from "./objects.ts";

/** The cluster's storage as it is. */
export interface StorageObjects {
	readonly classes: readonly StorageClass[];
	readonly claims: readonly Claim[];
	readonly volumes: readonly Volume[];
}

export type VolumeStep =
	| {
			readonly action: "create";
			readonly folder: string;
			readonly volume: object;
	  }
	| {
			readonly action: "remove";
			readonly folder: string;
			readonly name: string;
	  }
	| {
			readonly action: "refuse";
			readonly claim: Claim;
			readonly reason: string;
	  };

/** What is to be made for claims that wait, and removed of volumes that were let go. */
export function planVolumes({
	classes,
	claims,
	volumes,
}: StorageObjects): readonly VolumeStep[] {
	const ours = new Map(
		classes
			.filter(({ provisioner }) => provisioner === PROVISIONER)
			.map((storage) => [storage.metadata.name, storage]),
	);
	return [
		...claims.flatMap((claim) => planClaim(claim, ours)),
		...volumes.filter(isDeletable).map(({ metadata: { name } }) => ({
			action: "remove" as const,
			folder: join(VOLUMES, name),
			name,
		})),
	];
}

function planClaim(
	claim: Claim,
	ours: ReadonlyMap<string, StorageClass>,
): readonly VolumeStep[] {
	const { spec, status, metadata } = claim;
	const storage = ours.get(spec.storageClassName ?? "");
	if (!storage || status.phase !== "Pending" || spec.volumeName) return [];
	// The scheduler writes the node it chose for the first pod to the claim.
	const late = storage.volumeBindingMode === "WaitForFirstConsumer";
	const node = metadata.annotations?.["volume.kubernetes.io/selected-node"];
	if (late && node === undefined) return [];
	const shared = spec.accessModes.filter((mode) => mode.endsWith("Many"));
	if (shared.length > 0) {
		return [
			{
				action: "refuse",
				claim,
				reason: `accessModes ${shared.join(", ")} are not supported, expected ReadWriteOnce or ReadWriteOncePod`,
			},
		];
	}
	const name = `pvc-${metadata.uid}`;
	const folder = join(VOLUMES, name);
	return [
		{
			action: "create",
			folder,
			volume: newVolume(name, folder, claim, storage),
		},
	];
}

function newVolume(
	name: string,
	folder: string,
	{ metadata, spec }: Claim,
	{ reclaimPolicy = "Delete", metadata: storage }: StorageClass,
) {
	return {
		apiVersion: "v1",
		kind: "PersistentVolume",
		metadata: {
			name,
			// With it the controller manager leaves the removal to the provisioner.
			annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER },
		},
		spec: {
			capacity: { storage: spec.resources.requests.storage },
			accessModes: spec.accessModes,
			persistentVolumeReclaimPolicy: reclaimPolicy,
			storageClassName: storage.name,
			volumeMode: spec.volumeMode ?? "Filesystem",
			claimRef: {
				apiVersion: "v1",
				kind: "PersistentVolumeClaim",
				namespace: metadata.namespace,
				name: metadata.name,
				uid: metadata.uid,
			},
			hostPath: { path: folder, type: "Directory" },
		},
	};
}

const isDeletable = ({ metadata, spec, status }: Volume): boolean =>
	metadata.annotations?.["pv.kubernetes.io/provisioned-by"] === PROVISIONER &&
	spec.persistentVolumeReclaimPolicy === "Delete" &&
	status.phase === "Released";
