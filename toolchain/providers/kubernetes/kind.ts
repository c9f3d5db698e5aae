/** A kind of object as the API server names it. */
export interface Kind {
	/** `v1`, `apps/v1`. */
	readonly apiVersion: string;
	readonly kind: string;
}

// Modules of the plugin that are no groups of the API.
const NO_GROUP = /^(helm\.sh|kustomize|yaml)$/;

/**
 * The kind behind a resource type: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Secret`. Any group and
 * kind will do, the API server knows which there are.
 *
 * @throws for what is no kind: charts, YAML, lists and patches
 */
export function kindOf(type: string): Kind {
	const [, path = "", kind = ""] = type.split(":");
	const [group = "", version = ""] = path.split("/");
	if (version === "" || kind === "" || NO_GROUP.test(group))
		throw unserved(type, "it is no kind of the Kubernetes API");
	if (kind.endsWith("List"))
		throw unserved(type, "declare the objects of the list");
	if (kind.endsWith("Patch")) throw unserved(type, "declare the object itself");
	return {
		apiVersion: group === "core" ? version : `${group}/${version}`,
		kind,
	};
}

const unserved = (type: string, why: string) =>
	new Error(
		`the stand-in for the kubernetes plugin does not serve ${type}: ${why}, or install the official plugin`,
	);

/** `Deployment "prod/front"`, as errors name an object. */
export function named(object: {
	readonly kind: string;
	readonly namespace?: string | undefined;
	readonly name: string;
}): string {
	return `${object.kind} "${objectId(object)}"`;
}

/** `namespace/name`, or the name alone of what lies in no namespace: the ids of the official plugin. */
export function objectId({
	namespace,
	name,
}: {
	readonly namespace?: string | undefined;
	readonly name: string;
}): string {
	return namespace ? `${namespace}/${name}` : name;
}

/** The two parts of such an id. */
export function parseObjectId(id: string): {
	readonly namespace?: string;
	readonly name: string;
} {
	const slash = id.indexOf("/");
	if (slash < 0) return { name: id };
	return { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}
