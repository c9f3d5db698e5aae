import { expect, test } from "vitest";
import type {
	Claim,
	StorageClass,
	Volume,
} from "../../../toolchain/cluster/agent/objects.ts";
import { planVolumes } from "../../../toolchain/cluster/agent/volume-plan.ts";
import { PROVISIONER } from "../../../toolchain/cluster/manifests.ts";
import { VOLUMES } from "../../../toolchain/cluster/state.ts";

const STANDARD: StorageClass = {
	metadata: { name: "standard", uid: "s" },
	provisioner: PROVISIONER,
	reclaimPolicy: "Retain",
	volumeBindingMode: "Immediate",
};
const LATE: StorageClass = {
	...STANDARD,
	metadata: { name: "late", uid: "l" },
	volumeBindingMode: "WaitForFirstConsumer",
};

test("makes a volume of the asked size for a claim, bound to it and kept as its class says", () => {
	expect(plan(claim({}))).toEqual([
		{
			action: "create",
			folder: `${VOLUMES}/pvc-u1`,
			volume: {
				apiVersion: "v1",
				kind: "PersistentVolume",
				metadata: {
					name: "pvc-u1",
					annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER },
				},
				spec: {
					capacity: { storage: "2Gi" },
					accessModes: ["ReadWriteOnce"],
					persistentVolumeReclaimPolicy: "Retain",
					storageClassName: "standard",
					volumeMode: "Filesystem",
					claimRef: {
						apiVersion: "v1",
						kind: "PersistentVolumeClaim",
						namespace: "prod",
						name: "store",
						uid: "u1",
					},
					hostPath: { path: `${VOLUMES}/pvc-u1`, type: "Directory" },
				},
			},
		},
	]);
});

test("leaves claims alone that are bound or of somebody else's class", () => {
	const bound = { ...claim({}), status: { phase: "Bound" } };
	expect(plan(bound)).toEqual([]);
	expect(plan(claim({ storageClassName: "other" }))).toEqual([]);
});

test("waits for the first pod where the class says so", () => {
	const waiting = claim({ storageClassName: "late" });
	expect(plan(waiting)).toEqual([]);
	const annotations = { "volume.kubernetes.io/selected-node": "node-1" };
	const scheduled = {
		...waiting,
		metadata: { ...waiting.metadata, annotations },
	};
	expect(plan(scheduled).map(({ action }) => action)).toEqual(["create"]);
});

test("refuses a volume that several nodes share, like the block storage of clouds", () => {
	const shared = claim({ accessModes: ["ReadWriteOnce", "ReadWriteMany"] });
	expect(plan(shared)).toEqual([
		{
			action: "refuse",
			claim: shared,
			reason:
				"accessModes ReadWriteMany are not supported, expected ReadWriteOnce or ReadWriteOncePod",
		},
	]);
});

test("removes volumes of its own that were let go, unless they are kept", () => {
	const released = volume("pvc-1", "Delete", "Released");
	const volumes = [
		released,
		volume("pvc-2", "Retain", "Released"),
		volume("pvc-3", "Delete", "Bound"),
		{ ...released, metadata: { name: "pvc-4", uid: "4" } },
	];
	expect(planVolumes({ classes: [STANDARD], claims: [], volumes })).toEqual([
		{ action: "remove", folder: `${VOLUMES}/pvc-1`, name: "pvc-1" },
	]);
});

const plan = (one: Claim) =>
	planVolumes({ classes: [STANDARD, LATE], claims: [one], volumes: [] });

function claim(spec: Partial<Claim["spec"]>): Claim {
	return {
		metadata: { name: "store", namespace: "prod", uid: "u1" },
		spec: {
			storageClassName: "standard",
			accessModes: ["ReadWriteOnce"],
			resources: { requests: { storage: "2Gi" } },
			...spec,
		},
		status: { phase: "Pending" },
	};
}

function volume(name: string, policy: string, phase: string): Volume {
	const annotations = { "pv.kubernetes.io/provisioned-by": PROVISIONER };
	return {
		metadata: { name, uid: name, annotations },
		spec: { persistentVolumeReclaimPolicy: policy },
		status: { phase },
	};
}
