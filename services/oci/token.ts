import { basicAuthorization, type Credentials } from "./credentials.ts";
import { ProtocolError, RegistryError } from "./errors.ts";
import { nameOf, type Request, type Response } from "./http.ts";
import { parseOciErrors } from "./oci-error.ts";
import type { Transport } from "./transport.ts";

/** Where tokens for a registry come from, as its challenge says. */
export interface TokenService {
	readonly realm: URL;
	/** The audience; absent when the challenge names none. */
	readonly service?: string;
}

export interface Token {
	readonly value: string;
	/** Seconds, from the moment it was asked for. */
	readonly lifetimeSeconds: number;
	/** By the clock of the token service, milliseconds since the epoch; absent when it does not say. */
	readonly issuedAt?: number;
}

/** A client must expect 60 s when the service says nothing: https://distribution.github.io/distribution/spec/auth/token/ */
const DEFAULT_LIFETIME_SECONDS = 60;
const ANSWER_LIMIT = 64 * 1024;
/** What may stand in a header: a token with a line break would write headers of its own. */
const TOKEN_VALUE = /^[\x21-\x7e]+$/;

/**
 * Asks the token service for a token of the given scopes, e.g. `repository:team/app:pull`. The
 * service may grant less; only the registry's answer tells.
 *
 * First by GET, which every registry knows; a service that only speaks OAuth2 is asked by POST.
 *
 * @throws RegistryError when it refuses the credentials, ProtocolError when it gives no token.
 */
export async function requestToken(
	transport: Transport,
	service: TokenService,
	scopes: readonly string[],
	credentials: Credentials | undefined,
): Promise<Token> {
	const get = getRequest(service, scopes, credentials);
	const answer = await transport.send(get, ANSWER_LIMIT);
	if (credentials && (answer.status === 404 || answer.status === 405)) {
		const post = postRequest(service, scopes, credentials);
		return tokenOf(post, await transport.send(post, ANSWER_LIMIT));
	}
	return tokenOf(get, answer);
}

function getRequest(
	{ realm, service }: TokenService,
	scopes: readonly string[],
	credentials: Credentials | undefined,
): Request {
	const url = new URL(realm);
	if (service !== undefined) url.searchParams.set("service", service);
	for (const scope of scopes) url.searchParams.append("scope", scope);
	if (!credentials) return { method: "GET", url };
	url.searchParams.set("account", credentials.username);
	const authorization = basicAuthorization(credentials);
	return { method: "GET", url, headers: { authorization } };
}

function postRequest(
	{ realm, service }: TokenService,
	scopes: readonly string[],
	{ username, password }: Credentials,
): Request {
	const form = new URLSearchParams({
		grant_type: "password",
		client_id: "registry-tiers",
		username,
		password,
		scope: scopes.join(" "),
	});
	if (service !== undefined) form.set("service", service);
	return {
		method: "POST",
		url: realm,
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: form.toString(),
	};
}

function tokenOf(request: Request, { status, body }: Response): Token {
	if (status !== 200) {
		throw new RegistryError(nameOf(request), status, parseOciErrors(body));
	}
	const answer = jsonObject(body);
	const value = answer.token ?? answer.access_token;
	const lifetime = answer.expires_in ?? DEFAULT_LIFETIME_SECONDS;
	if (
		typeof value !== "string" ||
		!TOKEN_VALUE.test(value) ||
		typeof lifetime !== "number" ||
		!(lifetime > 0)
	) {
		throw new ProtocolError(
			`${nameOf(request)} answered without a usable token: expected 'token' or 'access_token' and a positive 'expires_in'`,
		);
	}
	const issuedAt = Date.parse(String(answer.issued_at));
	return {
		value,
		lifetimeSeconds: lifetime,
		...(!Number.isNaN(issuedAt) && { issuedAt }),
	};
}

function jsonObject(body: Buffer): Readonly<Record<string, unknown>> {
	try {
		const parsed: unknown = JSON.parse(body.toString("utf8"));
		if (typeof parsed === "object" && parsed !== null) return { ...parsed };
	} catch {
		// Reported by the caller, together with everything else that is not a token.
	}
	return {};
}
