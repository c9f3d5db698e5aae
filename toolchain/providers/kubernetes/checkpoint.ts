import type { PropertyMap } from "../values.ts";
import { textAt } from "./objects.ts";
import { concealed } from "./secrets.ts";

const FIELD_MANAGER = "__fieldManager";

/** Outputs as the official plugin keeps them, so that either can go on with the state of the other. */
export function checkpoint(
	live: PropertyMap,
	inputs: PropertyMap,
	fieldManager: string,
): PropertyMap {
	return {
		...concealed(live, inputs),
		__inputs: concealed(inputs, inputs),
		__initialApiVersion: textAt(live, "apiVersion") ?? "",
		[FIELD_MANAGER]: fieldManager,
	};
}

/** The field manager that such outputs name. */
export const fieldManagerOf = (outputs: PropertyMap) =>
	textAt(outputs, FIELD_MANAGER);
