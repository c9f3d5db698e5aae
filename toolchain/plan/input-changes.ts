import type { RecordedResource } from "../../stacks/offline/description.ts";
import { withoutMarks } from "../../stacks/offline/secret-mark.ts";
import { diffProperties, under } from "../providers/diff.ts";
import { immutablePaths } from "../providers/kubernetes/immutable.ts";
import { autonamed } from "../providers/kubernetes/names.ts";
import { loadSchema } from "../providers/schema.ts";
import { isMap, type PropertyMap, sameValue } from "../providers/values.ts";

/** An input of a resource that changes. */
export interface InputChange {
	/** E.g. `ports[0].external`. */
	readonly path: string;
	/** The resource is replaced for it. */
	readonly replaces: boolean;
}

const SCHEMAS = { docker: loadSchema("docker"), random: loadSchema("random") };

/**
 * The inputs that differ, by the rules the providers have: which of them replace the resource, and for which
 * the order does not count.
 */
export function inputChanges(
	before: Pick<RecordedResource, "type" | "name" | "inputs">,
	after: Pick<RecordedResource, "type" | "name" | "inputs">,
): readonly InputChange[] {
	const was = withoutMarks(before.inputs) as PropertyMap;
	const wanted = withoutMarks(after.inputs) as PropertyMap;
	const [provider = ""] = after.type.split(":");
	if (provider === "kubernetes") {
		return kubernetesChanges(after.name, was, wanted);
	}
	const schema = SCHEMAS[provider as keyof typeof SCHEMAS];
	const resource = schema?.resources[after.type];
	if (!resource) {
		return paths(was, wanted).map((path) => ({ path, replaces: false }));
	}
	return diffProperties(schema, resource, was, wanted).map(
		({ path, replace }) => ({ path, replaces: replace }),
	);
}

// The provider's arguments that make contents of ConfigMaps and Secrets change in place are off.
const MUTABLE = { configMaps: false, secrets: false };

function kubernetesChanges(
	resource: string,
	was: PropertyMap,
	wanted: PropertyMap,
): readonly InputChange[] {
	const naming = { resource, seed: new Uint8Array() };
	const immutable = immutablePaths(autonamed(wanted, {}, naming), MUTABLE);
	return paths(was, wanted).map((path) => ({
		path,
		replaces: immutable.some((property) => under(path, property)),
	}));
}

/** The places where two values differ. */
function paths(
	was: PropertyMap[string] | undefined,
	is: PropertyMap[string] | undefined,
	path = "",
): readonly string[] {
	if (was !== undefined && is !== undefined) {
		if (sameValue(was, is)) return [];
		if (isMap(was) && isMap(is)) {
			const names = new Set([...Object.keys(was), ...Object.keys(is)]);
			return [...names].flatMap((name) =>
				paths(was[name], is[name], path === "" ? name : `${path}.${name}`),
			);
		}
		if (Array.isArray(was) && Array.isArray(is)) {
			return Array.from({ length: Math.max(was.length, is.length) }, (_, i) =>
				paths(was[i], is[i], `${path}[${i}]`),
			).flat();
		}
	}
	return was === is ? [] : [path];
}
