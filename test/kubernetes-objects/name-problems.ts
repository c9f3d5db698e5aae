import { type KubernetesObject, type Labels, named } from "./object.ts";
import { kindOf } from "./schemas.ts";

/** A syntax of names, and what to call it. */
interface Syntax {
	readonly pattern: RegExp;
	readonly words: string;
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const LABEL: Syntax = {
	pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
	words: "lower-case letters, digits and '-' within",
};
const LABEL_FROM_LETTER: Syntax = {
	pattern: /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/,
	words: "a letter first, then lower-case letters, digits and '-' within",
};
const SUBDOMAIN: Syntax = {
	pattern:
		/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
	words: "lower-case letters, digits, and '-' and '.' within",
};

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const LABEL_TEXT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const SUBDOMAIN_LENGTH = 253;
const LABEL_LENGTH = 63;

/** What a name of a kind must be; of others, a subdomain. */
const NAMES: Readonly<
	Record<string, { readonly syntax: Syntax; readonly length: number }>
> = {
	Namespace: { syntax: LABEL, length: LABEL_LENGTH },
	Service: { syntax: LABEL_FROM_LETTER, length: LABEL_LENGTH },
	Deployment: { syntax: LABEL, length: LABEL_LENGTH },
	// Its pods carry the label `controller-revision-hash`: the name and eleven characters more. The server
	// takes a longer name, and then never makes a pod.
	StatefulSet: { syntax: LABEL, length: 52 },
	Job: { syntax: LABEL, length: LABEL_LENGTH },
	// Its jobs' names are eleven characters longer.
	CronJob: { syntax: LABEL, length: 52 },
};

const LABEL_MAPS = new Set(["labels", "matchLabels", "nodeSelector"]);

/** Names that the API server refuses, or that make an object collide with another. */
export function nameProblems(
	objects: readonly KubernetesObject[],
): readonly string[] {
	const namespaces = objects
		.filter(({ kind }) => kind === "Namespace")
		.map(({ metadata }) => metadata.name);
	return [
		...doubles(objects),
		...objects.flatMap((object) =>
			[
				...ownName(object),
				...ownNamespace(object, namespaces),
				...labels(object),
				...annotations(object),
			].map((problem) => `${named(object)}: ${problem}`),
		),
	];
}

function doubles(objects: readonly KubernetesObject[]): readonly string[] {
	const names = objects.map(named);
	return [
		...new Set(names.filter((name, place) => names.indexOf(name) !== place)),
	].map((name) => `${name} is rendered twice`);
}

function ownName({ kind, metadata: { name } }: KubernetesObject) {
	const { syntax, length } = NAMES[kind] ?? {
		syntax: SUBDOMAIN,
		length: SUBDOMAIN_LENGTH,
	};
	if (!syntax.pattern.test(name))
		return [`metadata.name is '${name}', expected ${syntax.words}`];
	if (name.length > length)
		return [
			`metadata.name has ${name.length} characters, expected at most ${length}`,
		];
	return [];
}

function ownNamespace(object: KubernetesObject, rendered: readonly string[]) {
	const { namespace } = object.metadata;
	if (!kindOf(object)?.namespaced)
		return namespace === undefined
			? []
			: [`metadata.namespace is '${namespace}', but it lies in no namespace`];
	if (namespace === undefined)
		return ["metadata.namespace is missing, and would be 'default'"];
	if (!rendered.includes(namespace))
		return [`metadata.namespace '${namespace}' is not among the objects`];
	return [];
}

function labels(object: KubernetesObject): readonly string[] {
	return mapsOf(object, "").flatMap(([path, map]) =>
		Object.entries(map).flatMap(([key, value]) => [
			...keyProblems(path, key),
			...(value === "" || LABEL_TEXT.test(value)
				? []
				: [`${path}["${key}"] is '${value}', which is no label value`]),
		]),
	);
}

const annotations = ({ metadata }: KubernetesObject) =>
	Object.keys(metadata.annotations ?? {}).flatMap((key) =>
		keyProblems("metadata.annotations", key),
	);

function keyProblems(path: string, key: string): readonly string[] {
	const slash = key.lastIndexOf("/");
	const prefix = key.slice(0, Math.max(slash, 0));
	const right =
		LABEL_TEXT.test(key.slice(slash + 1)) &&
		(slash < 0 || SUBDOMAIN.pattern.test(prefix)) &&
		prefix.length <= SUBDOMAIN_LENGTH;
	return right ? [] : [`${path} has the key '${key}', which is no label key`];
}

/** Every map of labels in an object, with its path. */
function mapsOf(
	value: unknown,
	path: string,
): readonly (readonly [path: string, map: Labels])[] {
	if (Array.isArray(value))
		return value.flatMap((inner, place) => mapsOf(inner, `${path}[${place}]`));
	if (value === null || typeof value !== "object") return [];
	return Object.entries(value).flatMap(([key, inner]) => {
		const place = path === "" ? key : `${path}.${key}`;
		return LABEL_MAPS.has(key)
			? [[place, inner as Labels] as const]
			: mapsOf(inner, place);
	});
}
