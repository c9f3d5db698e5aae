import { stringify } from "yaml";
import { kindOf } from "../../toolchain/providers/kubernetes/kind.ts";
import type { KubernetesObject } from "../kubernetes-objects/object.ts";
import { named } from "../kubernetes-objects/object.ts";
import {
	automaticName,
	plain,
	type Registered,
	SECRET_KEY,
} from "./harness.ts";

/** The objects that a program asks a cluster for, by kind and name, with the secrets in them. */
export function objectsOf(
	resources: readonly Registered[],
): readonly KubernetesObject[] {
	return objects(resources, plain);
}

/**
 * The objects as a person reads them in review: YAML, without what is marked secret. Which keys a Secret has is
 * to be seen.
 */
export function renderGolden(resources: readonly Registered[]): string {
	return objects(resources, redacted)
		.map((object) => stringify(object, { lineWidth: 0 }))
		.join("---\n");
}

function objects(
	resources: readonly Registered[],
	read: (inputs: unknown) => unknown,
): readonly KubernetesObject[] {
	return resources
		.filter(({ type }) => type.startsWith("kubernetes:"))
		.map(({ type, name, inputs }) => {
			const { metadata, ...rest } = read(inputs) as Partial<KubernetesObject>;
			return {
				...rest,
				...kindOf(type),
				metadata: { name: automaticName(name), ...metadata },
			};
		})
		.map((object) => [named(object), ordered(object)] as const)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, object]) => object);
}

const FIRST = ["apiVersion", "kind", "metadata"];

/** The object with its fields in the order of manifests: what it is, then the rest by name. */
function ordered(object: KubernetesObject): KubernetesObject {
	const fields = [
		...FIRST,
		...Object.keys(object)
			.filter((field) => !FIRST.includes(field))
			.sort(),
	];
	return Object.fromEntries(
		fields.map((field) => [field, object[field]]),
	) as KubernetesObject;
}

/**
 * Inputs with every text marked secret, or within what is, struck out. Mocks mark the whole input that a secret
 * is in, so a `spec` that is struck out has one somewhere.
 */
function redacted(value: unknown, secret = false): unknown {
	if (Array.isArray(value))
		return value.map((inner) => redacted(inner, secret));
	if (value === null || typeof value !== "object")
		return secret ? "<redacted>" : value;
	if (SECRET_KEY in value)
		return redacted((value as { value?: unknown }).value, true);
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, redacted(inner, secret)]),
	);
}
