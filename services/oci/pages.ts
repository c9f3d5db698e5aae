import type { Connection } from "./connection.ts";
import { ProtocolError } from "./errors.ts";
import { nameOf } from "./http.ts";
import { nextPage } from "./link.ts";

/** Bytes in one page. distribution may send 10,000 tags at once, whatever number was asked for. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** distribution's own limit: for the catalog it answers 400 to a larger one. */
const PAGE_SIZE = 1000;
/** A million names in pages of the size that is asked for: a list that has no end has an end here. */
const MAX_PAGES = 1000;

/**
 * The strings that a listing has under `key`, page after page as they are asked for.
 *
 * @throws ProtocolError when a page is not such a listing, or there is no end of pages.
 */
export async function* listed(
	connection: Connection,
	list: URL,
	key: "tags" | "repositories",
	scopes: readonly string[],
): AsyncGenerator<string, void, undefined> {
	let page: URL | undefined = new URL(list);
	page.searchParams.set("n", `${PAGE_SIZE}`);
	for (let pages = 1; page; pages++) {
		if (pages > MAX_PAGES) {
			throw new ProtocolError(
				`${nameOf({ method: "GET", url: list })} has more than ${MAX_PAGES} pages`,
			);
		}
		const request = { method: "GET", url: page } as const;
		const answer = await connection.send(
			request,
			{ scopes, expected: [200] },
			MAX_PAGE_BYTES,
		);
		const names = namesIn(answer.body, key);
		if (!names) {
			throw new ProtocolError(
				`${nameOf(request)} answered without a list of ${key}`,
			);
		}
		yield* names;
		page = nextPage(answer.headers.link, page);
	}
}

function namesIn(body: Buffer, key: string): readonly string[] | undefined {
	let json: unknown;
	try {
		json = JSON.parse(body.toString("utf8"));
	} catch {
		return undefined;
	}
	if (typeof json !== "object" || json === null) return undefined;
	const names: unknown = Object.entries(json).find(([k]) => k === key)?.[1];
	// distribution writes null for a repository whose last tag was removed.
	if (names === null) return [];
	if (!Array.isArray(names)) return undefined;
	return names.every((name) => typeof name === "string") ? names : undefined;
}
