import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { printable } from "../../oci/printable.ts";
import {
	checkJwksUri,
	checkUrl,
	discoveryUrl,
	guardedLookup,
	type Issuer,
} from "./issuer-address.ts";
import { type IssuerKey, parseJwkSet } from "./jwk-set.ts";

/** Largest document of an issuer, in bytes. */
export const MAX_DOCUMENT_BYTES = 64 * 1024;
// Kubernetes answers 406 to who asks for its keys as JSON alone.
const MEDIA_TYPES = "application/jwk-set+json, application/json";
/** A client waits for its token meanwhile, so an issuer that hangs counts as away. */
const TIMEOUT_MS = 5_000;

/**
 * Asks an issuer for its keys. Follows no redirect.
 *
 * @throws when it does not answer, or with something that cannot be believed
 */
export async function loadIssuerKeys(
	issuer: Issuer,
): Promise<ReadonlyMap<string, IssuerKey>> {
	const ca =
		issuer.ca ?? (issuer.caFile && (await readFile(issuer.caFile, "utf8")));
	const agent = new Agent({
		connect: {
			lookup: guardedLookup(issuer),
			timeout: TIMEOUT_MS,
			...(ca && { ca }),
		},
		maxResponseSize: MAX_DOCUMENT_BYTES,
	});
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	try {
		const url = issuer.jwksUri
			? checkUrl(issuer.jwksUri, issuer)
			: await discover();
		// Only to the address that the configuration names, never to one that was found.
		const token = issuer.jwksUri && issuer.tokenFile;
		const bearer = token && (await readFile(token, "utf8")).trim();
		return parseJwkSet(await read(url, bearer));
	} finally {
		await agent.destroy();
	}

	async function discover(): Promise<URL> {
		const document = (await read(
			checkUrl(discoveryUrl(issuer), issuer),
		)) as Partial<Record<"issuer" | "jwks_uri", unknown>> | null;
		if (document?.issuer !== issuer.issuer) {
			throw new Error(
				`its discovery document is of '${printable(String(document?.issuer))}'`,
			);
		}
		return checkJwksUri(document.jwks_uri, issuer);
	}

	async function read(url: URL, bearer?: string): Promise<unknown> {
		const { statusCode, body } = await request(url, {
			dispatcher: agent,
			signal,
			headers: {
				accept: MEDIA_TYPES,
				...(bearer && { authorization: `Bearer ${bearer}` }),
			},
		});
		const text = await body.text();
		if (statusCode !== 200) {
			throw new Error(
				`${url.origin}${url.pathname} answers ${statusCode}: expected 200; redirects are not followed`,
			);
		}
		try {
			return JSON.parse(text);
		} catch {
			throw new Error(`${url.origin}${url.pathname} does not answer with JSON`);
		}
	}
}
