import type { PropertyMap } from "../values.ts";
import { pulumiAnnotation } from "./objects.ts";

/** Whether the object is ready as soon as it is there, and gone as soon as it is asked to go. */
export const isNotAwaited = (object: PropertyMap) =>
	pulumiAnnotation(object, "skipAwait") === "true";

/** How long the object is waited for: `customTimeouts`, else its annotation, else the default. */
export function timeoutSeconds(
	seconds: number,
	object: PropertyMap,
	otherwise: number,
): number {
	if (seconds > 0) return seconds;
	const annotated = Number(pulumiAnnotation(object, "timeoutSeconds"));
	return annotated > 0 ? annotated : otherwise;
}

const PROPAGATION: Readonly<Record<string, string>> = {
	background: "Background",
	orphan: "Orphan",
};

/** What happens to what the object owns. @default - it goes first */
export const propagation = (object: PropertyMap) =>
	PROPAGATION[
		pulumiAnnotation(object, "deletionPropagationPolicy")?.toLowerCase() ?? ""
	] ?? "Foreground";
