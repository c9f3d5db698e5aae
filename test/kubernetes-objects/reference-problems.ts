import type {
	V1Ingress,
	V1IngressSpec,
	V1RoleBinding,
	V1StatefulSet,
} from "@kubernetes/client-node";
import { contentOf } from "./content-problems.ts";
import { type KubernetesObject, named } from "./object.ts";
import { podReferences, type Reference } from "./pod-references.ts";
import { workloadsOf } from "./workload.ts";

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
	const made = new Set([...outside, ...objects.flatMap(madeOf)]);
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
				if (name === undefined || made.has(wanted)) return [];
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

/** What cert-manager will make of an object. */
function madeOf({ kind, metadata, spec }: KubernetesObject) {
	const annotations = Object.keys(metadata.annotations ?? {});
	const secrets =
		kind === "Certificate"
			? [(spec as { readonly secretName: string }).secretName]
			: kind === "Ingress" && annotations.some((key) => ISSUER.test(key))
				? ((spec as V1IngressSpec).tls ?? []).map(
						({ secretName }) => secretName,
					)
				: [];
	return secrets.map((name) => `Secret "${metadata.namespace}/${name}"`);
}

// https://cert-manager.io/docs/usage/ingress/#supported-annotations
const ISSUER = /^cert-manager\.io\/(?:cluster-)?issuer$/;

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
