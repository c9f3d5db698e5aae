import type { Expectation } from "./config/problem.ts";

const expected =
	"Sigstore's TrustedRoot as JSON, with certificateAuthorities and tlogs";
const fix =
	"write there what cosign trusted-root create or the trusted_root.json of a Sigstore instance says";

/**
 * The trust root in a file's text, in one line. Otherwise what is wrong with the file. Without a
 * certificate authority or a log in it no signature at all would count.
 */
export function trustRootIn(text: string | undefined): string | Expectation {
	if (text === undefined) {
		return { wrong: "no such file, or none that can be read", expected, fix };
	}
	let root: unknown;
	try {
		root = JSON.parse(text);
	} catch {
		return { wrong: "not JSON", expected, fix };
	}
	for (const key of ["certificateAuthorities", "tlogs"]) {
		if (!hasEntries(root, key)) {
			return { wrong: `a trust root without ${key}`, expected, fix };
		}
	}
	return JSON.stringify(root);
}

function hasEntries(root: unknown, key: string): boolean {
	if (typeof root !== "object" || root === null) return false;
	const entries = (root as Readonly<Record<string, unknown>>)[key];
	return Array.isArray(entries) && entries.length > 0;
}
