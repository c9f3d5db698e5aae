import { expect, test } from "vitest";
import {
	describeKept,
	type KeptStorage,
} from "../../../toolchain/kubernetes/kept-storage.ts";

const STACK = {
	stack: "k8s",
	cluster: { kubeconfig: "~/.kube/config", context: "on prem" },
};

const claim = (namespace: string) => ({
	metadata: { namespace, name: "store" },
	spec: { volumeName: `pvc-${namespace}` },
	status: { capacity: { storage: "20Gi" } },
});
const volume = (namespace: string, policy: string) => ({
	metadata: { name: `pvc-${namespace}` },
	spec: {
		capacity: { storage: "20Gi" },
		claimRef: { namespace, name: "store" },
		persistentVolumeReclaimPolicy: policy,
	},
});

const described = (kept: Partial<KeptStorage>) =>
	describeKept({ namespaces: [], claims: [], volumes: [], ...kept }, STACK);

test("says nothing when nothing is kept, though namespaces are", () => {
	expect(described({ namespaces: ["k8s-prod"] })).toBeUndefined();
});

test("names claims with their volumes, and the command that removes both", () => {
	expect(
		described({
			namespaces: ["k8s-archive", "k8s-prod", "k8s-jobs"],
			claims: [claim("k8s-archive"), claim("k8s-prod")],
			volumes: [volume("k8s-archive", "Delete"), volume("k8s-prod", "Delete")],
		}),
	).toBe(
		`storage of the stack 'k8s' is kept:
 claim               size   volume
 k8s-archive/store   20Gi   pvc-k8s-archive
 k8s-prod/store      20Gi   pvc-k8s-prod

to remove it for good, with all that is in it:
  kubectl --kubeconfig ~/.kube/config --context 'on prem' delete namespace k8s-archive k8s-prod`,
	);
});

test("names volumes that are retained without their claims, and what removes them", () => {
	expect(described({ volumes: [volume("k8s-sandbox", "Retain")] })).toBe(
		`storage of the stack 'k8s' is kept:
 claim                      size   volume
 k8s-sandbox/store (gone)   20Gi   pvc-k8s-sandbox

to remove it for good, with all that is in it:
  kubectl --kubeconfig ~/.kube/config --context 'on prem' delete persistentvolume pvc-k8s-sandbox
  and then the disks or folders behind these volumes, which their class retains`,
	);
});
