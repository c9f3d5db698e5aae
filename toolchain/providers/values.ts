// How property values travel between engine and provider:
// https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/properties.go (the signatures)

/** One value on the wire. Secrets are maps with a signature, unknowns a reserved string. */
export type PropertyValue =
	| null
	| boolean
	| number
	| string
	| readonly PropertyValue[]
	| PropertyMap;

/** The properties of a resource, by name. */
export interface PropertyMap {
	readonly [name: string]: PropertyValue;
}

/** Stands for a value that a preview cannot know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

// Shorter secrets occur in other values by chance; hiding those would hide half of the state.
const SHORTEST_RECOGNISABLE_SECRET = 4;

/** Marks a value so that the engine encrypts it in the state and masks it in its output. */
export function secret(value: PropertyValue): PropertyMap {
	return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** Whether a value is a map of properties: not a list, not a scalar. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the value itself is marked as secret. */
export function isSecret(value: PropertyValue | undefined): value is {
	readonly value: PropertyValue;
} {
	return isMap(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** The same value with no secret marks, at any depth: what is compared and what Docker is told. */
export function reveal(value: PropertyValue): PropertyValue {
	if (isSecret(value)) return reveal(value.value);
	if (isMap(value)) return revealAll(value);
	return Array.isArray(value) ? value.map(reveal) : value;
}

/** `reveal` for a whole set of properties. */
export function revealAll(properties: PropertyMap): PropertyMap {
	return mapValues(properties, reveal);
}

/** Whether any part of the value is not known yet. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
	return contains(value, (part) => part === UNKNOWN);
}

/** Whether any part of the value is marked as secret. */
export function hasSecret(value: PropertyValue | undefined): boolean {
	return contains(value, isSecret);
}

/** The texts inside the secrets of these properties that are long enough to be recognised elsewhere. */
export function secretTexts(properties: PropertyMap): string[] {
	const texts: string[] = [];
	collect(properties, false);
	return texts;

	function collect(value: PropertyValue, inSecret: boolean): void {
		if (isSecret(value)) collect(value.value, true);
		else if (Array.isArray(value))
			for (const item of value) collect(item, inSecret);
		else if (isMap(value))
			for (const item of Object.values(value)) collect(item, inSecret);
		else if (
			inSecret &&
			typeof value === "string" &&
			value !== UNKNOWN &&
			value.length >= SHORTEST_RECOGNISABLE_SECRET
		)
			texts.push(value);
	}
}

/**
 * Puts the secret marks back on outputs that were made from revealed inputs. An output is secret when
 * its name is in `alwaysSecret`, when the input of that name holds a secret, or when a secret's text
 * turns up in it: whatever is derived from a secret is one.
 */
export function conceal(
	outputs: PropertyMap,
	inputs: PropertyMap,
	alwaysSecret: readonly string[],
): PropertyMap {
	const texts = secretTexts(inputs).map((text) =>
		JSON.stringify(text).slice(1, -1),
	);
	return mapValues(outputs, (output, name) => {
		const input = inputs[name];
		if (alwaysSecret.includes(name)) return secret(output);
		if (input !== undefined && hasSecret(input))
			return sameValue(reveal(input), output) ? input : secret(output);
		const text = JSON.stringify(output);
		return texts.some((part) => text.includes(part)) ? secret(output) : output;
	});
}

/** A message for the user without the texts of secrets; Docker quotes what it was given. */
export function redact(message: string, properties: PropertyMap): string {
	return secretTexts(properties)
		.sort((a, b) => b.length - a.length)
		.reduce((text, part) => text.replaceAll(part, "[secret]"), message);
}

/** Deep equality of revealed values; the order of a map's keys does not count. */
export function sameValue(
	a: PropertyValue | undefined,
	b: PropertyValue | undefined,
): boolean {
	if (Array.isArray(a) && Array.isArray(b))
		return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
	if (isMap(a) && isMap(b)) {
		const names = new Set([...Object.keys(a), ...Object.keys(b)]);
		return [...names].every((name) => sameValue(a[name], b[name]));
	}
	return a === b;
}

/** A map with the same names and other values. */
export function mapValues(
	properties: PropertyMap,
	change: (value: PropertyValue, name: string) => PropertyValue,
): PropertyMap {
	return Object.fromEntries(
		Object.entries(properties).map(([name, value]) => [
			name,
			change(value, name),
		]),
	);
}

/** The properties whose value is neither undefined nor null, as one wire-ready map. */
export function definedProperties(
	properties: Readonly<Record<string, PropertyValue | undefined>>,
): PropertyMap {
	const entries = Object.entries(properties).filter(
		(entry): entry is [string, PropertyValue] =>
			entry[1] !== undefined && entry[1] !== null,
	);
	return Object.fromEntries(entries);
}

function contains(
	value: PropertyValue | undefined,
	test: (part: PropertyValue) => boolean,
): boolean {
	if (value === undefined) return false;
	if (test(value)) return true;
	if (Array.isArray(value)) return value.some((item) => contains(item, test));
	return (
		isMap(value) && Object.values(value).some((item) => contains(item, test))
	);
}
