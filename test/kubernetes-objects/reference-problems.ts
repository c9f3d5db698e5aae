import type {
	V1Ingress,
	V1RoleBinding,
	V1StatefulSet,
	V1Volume,
} from "@kubernetes/client-node";
import { contentOf } from "./content-problems.ts";
import { type KubernetesObject, named } from "./object.ts";
import { type Workload, workloadsOf } from "./workload.ts";

/** An object that another one names. */
interface Reference {
	readonly path: string;
	readonly kind: string;
	readonly name: string | undefined;
	/** Keys that must be among its data. */
	readonly keys?: readonly string[];
}

/**
 * Names of objects that nobody renders: a pod would wait for them for ever, and the API server says nothing.
 *
 * @param outside what somebody else makes, as `Secret "prod/tls"`
 */
export function referenceProblems(
	objects: readonly KubernetesObject[],
	outside: ReadonlySet<string>,
): readonly string[] {
	const rendered = new Map(objects.map((object) => [named(object), object]));
	return [
		...workloadsOf(objects).flatMap(({ object, ...workload }) =>
			missing(object, podReferences(workload)),
		),
		...objects.flatMap((object) => missing(object, ownReferences(object))),
	];

	function missing(
		object: KubernetesObject,
		references: readonly Reference[],
	): readonly string[] {
		const namespace = object.metadata.namespace ?? "";
		return references
			.flatMap(({ path, kind, name, keys = [] }) => {
				const wanted = `${kind} "${namespace}/${name}"`;
				if (name === undefined || outside.has(wanted)) return [];
				const target = rendered.get(wanted);
				if (!target) return [`${path} names ${wanted}, which is not rendered`];
				const has = contentOf(target);
				return keys
					.filter((key) => !has.has(key))
					.map(
						(key) => `${path} names the key '${key}', which ${wanted} lacks`,
					);
			})
			.map((problem) => `${named(object)}: ${problem}`);
	}
}

function podReferences({
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

function ownReferences(object: KubernetesObject): readonly Reference[] {
	switch (object.kind) {
		case "StatefulSet":
			return [
				{
					path: "spec.serviceName",
					kind: "Service",
					name: (object as V1StatefulSet).spec?.serviceName,
				},
			];
		case "Ingress": {
			const { rules = [], tls = [] } = (object as V1Ingress).spec ?? {};
			return [
				...tls.map(({ secretName }) => ({
					path: "spec.tls",
					kind: "Secret",
					name: secretName,
				})),
				...rules.flatMap(({ host, http }) =>
					(http?.paths ?? []).map(({ backend }) => ({
						path: `spec.rules.${host}`,
						kind: "Service",
						name: backend.service?.name,
					})),
				),
			];
		}
		case "RoleBinding": {
			const { roleRef, subjects = [] } = object as unknown as V1RoleBinding;
			const namespace = object.metadata.namespace;
			return [
				{
					path: "roleRef",
					kind: "Role",
					name: roleRef.kind === "Role" ? roleRef.name : undefined,
				},
				...subjects
					.filter(
						(subject) =>
							subject.kind === "ServiceAccount" &&
							(subject.namespace ?? namespace) === namespace,
					)
					.map(({ name }) => ({
						path: "subjects",
						kind: "ServiceAccount",
						name,
					})),
			];
		}
		default:
			return [];
	}
}
