import { ProtocolError } from "./errors.ts";
import { printable } from "./printable.ts";

/** One way to authenticate that a server offers in `WWW-Authenticate`. */
export interface Challenge {
	/** Lower case, e.g. `bearer`. */
	readonly scheme: string;
	/** Parameter names are lower case. A `token68` instead of parameters is dropped: no registry uses one. */
	readonly parameters: ReadonlyMap<string, string>;
}

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 and #section-11
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[0-9A-Za-z\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const SPACES = /[ \t]+/y;
const COMMAS = /[ \t]*(?:,[ \t]*)+|[ \t]*$/y;

/**
 * Parses a `WWW-Authenticate` value. Several challenges in one value, as in
 * `Bearer realm="…",scope="a,b", Basic realm="…"`, are told apart as RFC 9110 section 11.6.1 says.
 *
 * @throws ProtocolError when it does not follow the grammar.
 */
export function parseChallenges(header: string): readonly Challenge[] {
	let position = 0;
	const take = (pattern: RegExp): RegExpExecArray | undefined => {
		pattern.lastIndex = position;
		const match = pattern.exec(header);
		if (!match) return undefined;
		position = pattern.lastIndex;
		return match;
	};
	const malformed = (expected: string) =>
		new ProtocolError(
			`malformed WWW-Authenticate header '${printable(header)}': expected ${expected} at character ${position + 1}`,
		);

	const challenges: Challenge[] = [];
	let parameters = new Map<string, string>();
	take(COMMAS);
	while (position < header.length) {
		const word = take(TOKEN)?.[0].toLowerCase();
		if (word === undefined) throw malformed("a scheme or a parameter");
		if (challenges.length > 0 && take(EQUALS)) {
			const quoted = take(QUOTED)?.[1];
			const value = quoted?.replace(/\\([\s\S])/g, "$1") ?? take(TOKEN)?.[0];
			if (value === undefined) throw malformed("a value");
			if (parameters.has(word)) throw malformed(`one '${word}' only`);
			parameters.set(word, value);
		} else {
			parameters = new Map();
			challenges.push({ scheme: word, parameters });
			if (take(SPACES) && !take(TOKEN68)) continue;
		}
		if (!take(COMMAS)) throw malformed("a comma");
	}
	return challenges;
}
