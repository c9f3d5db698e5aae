import type { V1Volume } from "@kubernetes/client-node";
import type { Workload } from "./workload.ts";

/** An object that another one names. */
export interface Reference {
	readonly path: string;
	readonly kind: string;
	readonly name: string | undefined;
	/** Keys that must be among its data. */
	readonly keys?: readonly string[];
}

/** What the pods of a workload name. */
export function podReferences({
	pod,
	path,
}: Pick<Workload, "pod" | "path">): readonly Reference[] {
	const containers = [...(pod.initContainers ?? []), ...pod.containers];
	return [
		{
			path: `${path}.serviceAccountName`,
			kind: "ServiceAccount",
			name: pod.serviceAccountName,
		},
		...(pod.imagePullSecrets ?? []).map(({ name }) => ({
			path: `${path}.imagePullSecrets`,
			kind: "Secret",
			name,
		})),
		...(pod.volumes ?? []).flatMap((volume) =>
			volumeReferences(volume, `${path}.volumes.${volume.name}`),
		),
		...containers.flatMap(({ name: container, env = [], envFrom = [] }) => [
			...env.flatMap(({ name, valueFrom = {} }) =>
				keyReferences(`${path}.${container}.env.${name}`, [
					["Secret", valueFrom.secretKeyRef],
					["ConfigMap", valueFrom.configMapKeyRef],
				]),
			),
			...envFrom.flatMap(({ secretRef, configMapRef }) =>
				keyReferences(`${path}.${container}.envFrom`, [
					["Secret", secretRef],
					["ConfigMap", configMapRef],
				]),
			),
		]),
	];
}

function volumeReferences(
	{ secret, configMap, persistentVolumeClaim, projected }: V1Volume,
	path: string,
): readonly Reference[] {
	return [
		...filesReferences(path, "Secret", {
			...secret,
			name: secret?.secretName,
		}),
		...filesReferences(path, "ConfigMap", configMap),
		{
			path,
			kind: "PersistentVolumeClaim",
			name: persistentVolumeClaim?.claimName,
		},
		...(projected?.sources ?? []).flatMap((source) => [
			...filesReferences(path, "Secret", source.secret),
			...filesReferences(path, "ConfigMap", source.configMap),
		]),
	];
}

function filesReferences(
	path: string,
	kind: string,
	source:
		| {
				readonly name?: string | undefined;
				readonly optional?: boolean;
				readonly items?: readonly { readonly key: string }[];
		  }
		| undefined,
): readonly Reference[] {
	if (source?.name === undefined || source.optional) return [];
	return [
		{
			path,
			kind,
			name: source.name,
			keys: (source.items ?? []).map(({ key }) => key),
		},
	];
}

function keyReferences(
	path: string,
	sources: readonly (readonly [
		kind: string,
		source:
			| {
					readonly name?: string;
					readonly key?: string;
					readonly optional?: boolean;
			  }
			| undefined,
	])[],
): readonly Reference[] {
	return sources.flatMap(([kind, source]) =>
		source === undefined || source.optional
			? []
			: [
					{
						path,
						kind,
						name: source.name,
						keys: source.key === undefined ? [] : [source.key],
					},
				],
	);
}
