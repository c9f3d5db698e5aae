import {
	hasSecret,
	isMap,
	isSecret,
	mapValues,
	type PropertyMap,
	secret,
} from "../values.ts";

/**
 * Puts secret marks on an object that was made from revealed inputs: on the same parts as in the inputs, on a list
 * as a whole, since the API server may order it anew. The contents of a Secret are secret whatever the inputs say.
 */
export function concealed(
	object: PropertyMap,
	inputs: PropertyMap,
): PropertyMap {
	return mapValues(object, (value, name) => {
		if (isSecret(value)) return value;
		if (object.kind === "Secret" && (name === "data" || name === "stringData"))
			return secret(value);
		const input = inputs[name];
		if (input === undefined || !hasSecret(input)) return value;
		return isMap(value) && isMap(input) && !isSecret(input)
			? concealed(value, input)
			: secret(value);
	});
}

/** A Secret with its `stringData` in `data`, as the API server keeps it; other objects as they are. */
export function withEncodedData(object: PropertyMap): PropertyMap {
	const { stringData, ...rest } = object;
	if (object.kind !== "Secret" || !isMap(stringData ?? null)) return object;
	const encoded = mapValues(stringData as PropertyMap, (text) =>
		Buffer.from(String(text)).toString("base64"),
	);
	return {
		...rest,
		data: { ...(isMap(rest.data) && rest.data), ...encoded },
	};
}

/** A Secret with its `data` in `stringData` too, so that it can be compared with inputs of either form. */
export function withDecodedData(object: PropertyMap): PropertyMap {
	if (object.kind !== "Secret" || !isMap(object.data)) return object;
	const stringData = mapValues(object.data, (encoded) =>
		Buffer.from(String(encoded), "base64").toString("utf8"),
	);
	return { ...object, stringData };
}
