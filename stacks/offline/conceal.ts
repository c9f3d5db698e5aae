import { createHmac } from "node:crypto";

/** Key of an object that stands for a secret on its way to and from the engine. */
const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** Value of `SECRET_KEY` there. */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Marks a value as the real engine does what a provider calls secret. */
export const secret = (value: string) => ({ [SECRET_KEY]: SECRET, value });

/**
 * The value with a code instead of each secret.
 *
 * @param key of this plan alone: without it no secret can be guessed from its code
 */
export function conceal(
	value: unknown,
	key: string,
	inSecret = false,
): unknown {
	if (value === undefined || value === null) return value;
	if (Array.isArray(value))
		return value.map((item) => conceal(item, key, inSecret));
	if (typeof value !== "object") {
		return inSecret ? codeOf(String(value), key) : value;
	}
	if (SECRET_KEY in value) {
		return conceal((value as { value?: unknown }).value, key, true);
	}
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			conceal(inner, key, inSecret),
		]),
	);
}

const codeOf = (value: string, key: string) =>
	`[secret ${createHmac("sha256", key).update(value).digest("hex").slice(0, 16)}]`;
