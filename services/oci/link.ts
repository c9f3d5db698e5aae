import { ProtocolError } from "./errors.ts";
import { printable, printableUrl } from "./printable.ts";

// https://www.rfc-editor.org/rfc/rfc8288#section-3
const TARGET = /[ \t,]*<([^<>\s]*)>/y;
const PARAMETER =
	/[ \t]*;[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s",;]+)))?/y;
const END = /[ \t]*(?:,|$)/y;

/** One target of a `Link` header and its relation types, e.g. `next`. */
export interface Link {
	readonly target: string;
	readonly relations: readonly string[];
}

/**
 * Parses a `Link` header.
 *
 * @throws ProtocolError when it does not follow the grammar.
 */
export function parseLinks(header: string): readonly Link[] {
	let position = 0;
	const take = (pattern: RegExp): RegExpExecArray | undefined => {
		pattern.lastIndex = position;
		const match = pattern.exec(header);
		if (!match) return undefined;
		position = pattern.lastIndex;
		return match;
	};
	const malformed = () =>
		new ProtocolError(
			`malformed Link header '${printable(header)}' at character ${position + 1}`,
		);

	const links: Link[] = [];
	while (/[^ \t,]/.test(header.slice(position))) {
		const target = take(TARGET)?.[1];
		if (target === undefined) throw malformed();
		let relations: readonly string[] | undefined;
		for (;;) {
			const parameter = take(PARAMETER);
			if (!parameter) break;
			const [, name = "", quoted, bare] = parameter;
			// The first one counts, says section 3.3.
			if (name.toLowerCase() !== "rel" || relations) continue;
			const value = quoted?.replace(/\\([\s\S])/g, "$1") ?? bare ?? "";
			relations = value.toLowerCase().split(/\s+/).filter(Boolean);
		}
		if (!take(END)) throw malformed();
		links.push({ target, relations: relations ?? [] });
	}
	return links;
}

/**
 * The page after this one, or undefined on the last.
 *
 * @throws ProtocolError when it lies on another host, which would get the token, or is this page again.
 */
export function nextPage(
	header: string | undefined,
	page: URL,
): URL | undefined {
	const link = parseLinks(header ?? "").find(({ relations }) =>
		relations.includes("next"),
	);
	if (!link) return undefined;
	const next = URL.parse(link.target, page.href);
	if (next?.origin !== page.origin || next.href === page.href) {
		throw new ProtocolError(
			`${printableUrl(page)} names '${printable(link.target)}' as its next page, expected another page of ${page.host}`,
		);
	}
	return next;
}
