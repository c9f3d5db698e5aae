import { isMap, type PropertyMap, UNKNOWN } from "../values.ts";
import { pulumiAnnotation, textAt } from "./objects.ts";

/** Says that a name is automatic; the official plugin sets the same annotation. */
const AUTONAMED = "pulumi.com/autonamed";

const SUFFIX_HEX_DIGITS = 8;

/** What a resource needs to get a name of its own. */
export interface Naming {
	/** The resource's name in the program. */
	readonly resource: string;
	/** Random bytes from the engine: the same for the preview and the update it leads to. */
	readonly seed: Uint8Array;
}

/**
 * Gives the object a name when the program gives none: `<resource>-<8 hex digits>`, kept from one update to the
 * next, new in a replacement, which comes without old inputs.
 */
export function autonamed(
	object: PropertyMap,
	old: PropertyMap,
	{ resource, seed }: Naming,
): PropertyMap {
	const metadata = object.metadata ?? {};
	if (!isMap(metadata) || metadata.name !== undefined) return object;
	const kept = isAutonamed(old) ? textAt(old, "metadata", "name") : undefined;
	const suffix = Buffer.from(seed).toString("hex").slice(0, SUFFIX_HEX_DIGITS);
	const annotations = metadata.annotations ?? {};
	return {
		...object,
		metadata: {
			...metadata,
			// Annotations that are not known yet stay as they are; nothing can be added to them.
			annotations: isMap(annotations)
				? { ...annotations, [AUTONAMED]: "true" }
				: UNKNOWN,
			name: kept ?? `${resource}-${suffix}`,
		},
	};
}

/** Whether the object's name is automatic. */
export function isAutonamed(object: PropertyMap): boolean {
	return pulumiAnnotation(object, "autonamed") === "true";
}

/** The object with a namespace, when it names none. */
export function inNamespace(
	object: PropertyMap,
	namespace: string,
): PropertyMap {
	const metadata = object.metadata ?? {};
	if (!isMap(metadata) || metadata.namespace !== undefined) return object;
	return { ...object, metadata: { ...metadata, namespace } };
}
