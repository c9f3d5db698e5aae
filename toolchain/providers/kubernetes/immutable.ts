import type { PropertyMap } from "../values.ts";
import { isAutonamed } from "./names.ts";
import { textAt } from "./objects.ts";

/** Of ConfigMaps and Secrets that the provider's arguments let change in place. */
export interface Mutable {
	readonly configMaps: boolean;
	readonly secrets: boolean;
}

// What cannot change in an object that exists, by kind. From the official plugin:
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.34.2/provider/pkg/provider/diff.go (`forceNew`)
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
	"apps/v1 DaemonSet": ["spec.selector"],
	"apps/v1 Deployment": ["spec.selector"],
	"apps/v1 StatefulSet": [
		"spec.podManagementPolicy",
		"spec.revisionHistoryLimit",
		"spec.selector",
		"spec.serviceName",
		"spec.volumeClaimTemplates",
	],
	"batch/v1 Job": [
		"spec.completions",
		"spec.parallelism",
		"spec.selector",
		"spec.template",
	],
	"rbac.authorization.k8s.io/v1 ClusterRoleBinding": ["roleRef"],
	"rbac.authorization.k8s.io/v1 RoleBinding": ["roleRef"],
	"storage.k8s.io/v1 StorageClass": ["parameters", "provisioner"],
	"v1 PersistentVolume": [
		"spec.csi",
		"spec.fc",
		"spec.hostPath",
		"spec.iscsi",
		"spec.local",
		"spec.nfs",
	],
	"v1 PersistentVolumeClaim": ["spec"],
	"v1 Pod": ["spec"],
	"v1 ResourceQuota": ["spec.scopes"],
	"v1 Secret": ["type"],
	"v1 Service": ["spec.clusterIP"],
};

const CONTENT = {
	ConfigMap: ["binaryData", "data"],
	Secret: ["data", "stringData"],
} as const;

/**
 * The paths whose change replaces the object. What a ConfigMap or a Secret with an automatic name holds is among
 * them: whatever uses it sees another name, and its pods roll.
 */
export function immutablePaths(
	wanted: PropertyMap,
	mutable: Mutable,
): readonly string[] {
	const apiVersion = textAt(wanted, "apiVersion");
	const kind = textAt(wanted, "kind");
	return [
		"metadata.name",
		"metadata.namespace",
		...(IMMUTABLE[`${apiVersion} ${kind}`] ?? []),
		...(apiVersion === "v1" && (kind === "ConfigMap" || kind === "Secret")
			? contentPaths(kind, wanted, mutable)
			: []),
	];
}

function contentPaths(
	kind: keyof typeof CONTENT,
	wanted: PropertyMap,
	mutable: Mutable,
): readonly string[] {
	const changes = kind === "Secret" ? mutable.secrets : mutable.configMaps;
	const replaced =
		wanted.immutable === true || (!changes && isAutonamed(wanted));
	return replaced ? CONTENT[kind] : [];
}
