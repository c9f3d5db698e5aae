const LONGEST = 300;

/**
 * Text from outside, made safe for a log line or a terminal: control characters become `\u00xx`, and
 * what is longer than 300 characters is cut.
 */
export function printable(text: string): string {
	const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
	return cut.replace(
		/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
		(character) =>
			`\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
	);
}

/** A URL for messages: without user, query and fragment, where signed links and upload states carry secrets. */
export function printableUrl(url: URL): string {
	return printable(`${url.protocol}//${url.host}${url.pathname}`);
}
