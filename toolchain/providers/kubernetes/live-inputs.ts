import {
	definedProperties,
	isMap,
	type PropertyMap,
	type PropertyValue,
	sameValue,
} from "../values.ts";
import { withDecodedData } from "./secrets.ts";

// Kept by the API server or its controllers, never wanted by a program.
const SERVER_OWNED = [
	"creationTimestamp",
	"deletionGracePeriodSeconds",
	"deletionTimestamp",
	"generation",
	"managedFields",
	"resourceVersion",
	"selfLink",
	"uid",
];
const CONTROLLER_ANNOTATIONS = [
	"deployment.kubernetes.io/revision",
	"kubectl.kubernetes.io/last-applied-configuration",
];

/**
 * The inputs of a resource as the object has them now. What the API server wrote differently (`1024Mi` became
 * `1Gi`) or added is no change; what differs from the state the object was left in is.
 */
export function liveInputs(
	inputs: PropertyMap,
	left: PropertyMap,
	live: PropertyMap,
): PropertyMap {
	return followMap(inputs, withDecodedData(left), withDecodedData(live));
}

function followMap(
	inputs: PropertyMap,
	left: PropertyMap,
	live: PropertyMap,
): PropertyMap {
	return definedProperties(
		Object.fromEntries(
			Object.entries(inputs).map(([name, input]) => [
				name,
				follow(input, left[name], live[name]),
			]),
		),
	);
}

function follow(
	input: PropertyValue,
	left: PropertyValue | undefined,
	live: PropertyValue | undefined,
): PropertyValue | undefined {
	if (sameValue(left, live)) return input;
	if (isMap(input) && isMap(left) && isMap(live))
		return followMap(input, left, live);
	if (
		Array.isArray(input) &&
		Array.isArray(left) &&
		Array.isArray(live) &&
		input.length === left.length
	)
		return live.map((item, i) =>
			i < input.length
				? (follow(input[i] ?? null, left[i], item) ?? null)
				: item,
		);
	return live;
}

/** The inputs that would make an object that no program made, for an import. */
export function importedInputs(live: PropertyMap): PropertyMap {
	const { status: _status, metadata, ...rest } = live;
	if (!isMap(metadata)) return rest;
	const annotations = without(metadata.annotations, CONTROLLER_ANNOTATIONS);
	return {
		...rest,
		metadata: definedProperties({
			...without(metadata, SERVER_OWNED),
			annotations:
				Object.keys(annotations).length > 0 ? annotations : undefined,
		}),
	};
}

function without(
	map: PropertyValue | undefined,
	names: readonly string[],
): PropertyMap {
	if (!isMap(map)) return {};
	return Object.fromEntries(
		Object.entries(map).filter(([name]) => !names.includes(name)),
	);
}
