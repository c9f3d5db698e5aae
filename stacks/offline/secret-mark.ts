/** Key of an object that stands for a secret on its way to and from Pulumi's engine. */
const KEY = "4dabf18193072939515e22adb298388d";

/** What stands under that key. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

interface Marked {
	readonly value?: unknown;
}

/** Marks a value as the engine does what a provider calls secret. */
export const markSecret = (value: unknown) => ({ [KEY]: SECRET, value });

/** The value without the marks of secrets. */
export const withoutMarks = (value: unknown): unknown =>
	mapMarked(value, ({ value }) => withoutMarks(value));

/** The value with something else in the place of each secret. */
export const withoutSecrets = (value: unknown, instead: unknown): unknown =>
	mapMarked(value, () => instead);

function mapMarked(
	value: unknown,
	ofSecret: (marked: Marked) => unknown,
): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) {
		return value.map((item) => mapMarked(item, ofSecret));
	}
	if (KEY in value) return ofSecret(value as Marked);
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			mapMarked(inner, ofSecret),
		]),
	);
}
