import type { Resource } from "./resource.ts";

/** Outputs that are secrets by what they are, by type. */
const GENERATED: Readonly<Record<string, readonly string[]>> = {
	"random:index/randomPassword:RandomPassword": ["result"],
	"random:index/randomBytes:RandomBytes": ["base64", "hex"],
	"tls:index/privateKey:PrivateKey": ["privateKeyPem", "privateKeyOpenssh"],
};

// Shorter ones would be found by chance.
const SHORTEST = 16;

/** Every secret the stack makes, with the name of what makes it. */
export function generatedSecrets(
	resources: readonly Resource[],
): ReadonlyMap<string, string> {
	return new Map(
		resources.flatMap(({ type, name, props }) =>
			(GENERATED[type] ?? []).flatMap((field): [string, string][] => {
				const value = known(props, field);
				return typeof value === "string" && value.length >= SHORTEST
					? [[value, name]]
					: [];
			}),
		),
	);
}

/** A secret that a preview does not know yet is in no text it knows either. */
function known(props: Resource["props"], field: string): unknown {
	try {
		return props[field];
	} catch {
		return undefined;
	}
}

// The name ends with the word: `passwordFile` and `tokenLifetimeSeconds` hold no secret.
const ASSIGNED =
	/["']?\b([\w.-]*(?:password|passwd|secret|token|api[-_]?key|private[-_]?key|seed|credentials?))["']?[ \t]*[:=][ \t]*["']?([^\s"',}{[\]]+)/gi;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
const TOKEN = /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/;
// Paths, references to variables, and switches.
const NO_SECRET = /^(?:[./~$]|https?:|(?:true|false|null|\d+[a-z]*)$)/i;

/**
 * What in a text looks like a secret, in words; the value itself is never among them.
 *
 * @param generated secrets of the stack, by value
 */
export function secretsIn(
	text: string,
	generated: ReadonlyMap<string, string>,
): readonly string[] {
	const found: string[] = [];
	for (const [value, name] of generated) {
		if (text.includes(value)) found.push(`the secret of '${name}'`);
	}
	if (PRIVATE_KEY.test(text)) found.push("a private key");
	if (TOKEN.test(text)) found.push("a signed token");
	for (const [, name = "", value = ""] of text.matchAll(ASSIGNED)) {
		if (!NO_SECRET.test(value)) found.push(`a value for '${name}'`);
	}
	return found;
}

// Bits in a character: above names, paths and hex digests, below random base64.
const RANDOM_BITS = 4.25;
const RANDOM_LENGTH = 32;

/** Whether a text is one long run of characters without a pattern, as keys and passwords are. */
export function looksRandom(text: string): boolean {
	return (
		text.length >= RANDOM_LENGTH &&
		/^[\w+/=-]+$/.test(text) &&
		!/^[0-9a-f]+$/i.test(text) &&
		entropy(text) > RANDOM_BITS
	);
}

/** Bits in a character of the text, by how often each occurs. */
function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const character of text)
		counts.set(character, (counts.get(character) ?? 0) + 1);
	return [...counts.values()]
		.map((count) => count / text.length)
		.reduce((bits, share) => bits - share * Math.log2(share), 0);
}
