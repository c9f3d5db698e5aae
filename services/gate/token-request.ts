import type { Answer } from "./refusal.ts";
import { parseScopes, type RequestedScope } from "./scope.ts";

/** What a client asks the token service for. */
export interface TokenRequest {
	readonly scopes: readonly RequestedScope[];
	/** Absent for anonymous clients. */
	readonly credentials?: Credentials;
}

/** What a client shows to say who it is. */
export interface Credentials {
	readonly username: string;
	/** The one of an account, or the token of an identity. */
	readonly password: string;
}

/**
 * A token request that is answered with an error of OAuth 2.0.
 *
 * The status is never another one: containerd posts first and falls back to GET on 400, 401 and 404
 * only, and gives up on everything else.
 */
export class TokenRequestError extends Error {
	readonly status: 400 | 401;
	/** RFC 6749 section 5.2 */
	readonly error:
		| "invalid_grant"
		| "invalid_request"
		| "invalid_scope"
		| "unsupported_grant_type";

	/** For the log; holds no secret. */
	readonly reason: string;

	constructor(
		error: TokenRequestError["error"],
		message: string,
		reason = message,
	) {
		super(message);
		this.reason = reason;
		this.name = "TokenRequestError";
		this.status = error === "invalid_grant" ? 401 : 400;
		this.error = error;
	}
}

/** Of every answer of a token service, RFC 6749 section 5.1. */
export const TOKEN_HEADERS = {
	"Content-Type": "application/json",
	"Cache-Control": "no-store",
} as const;

/** The error of a token request, for clients of either specification: OCI and OAuth 2.0. */
export function tokenError(
	{ status, error, message }: TokenRequestError,
	service: string,
): Answer {
	const code = status === 401 ? "UNAUTHORIZED" : "UNSUPPORTED";
	const challenge = { "WWW-Authenticate": `Basic realm="${service}"` };
	return {
		status,
		headers: { ...TOKEN_HEADERS, ...(status === 401 && challenge) },
		body: JSON.stringify({
			errors: [{ code, message, detail: null }],
			error,
			error_description: message,
		}),
	};
}

/**
 * Reads a GET request. `account`, `client_id` and `offline_token` are taken and change nothing: the
 * credentials name the account, and no refresh token is ever given out.
 * https://distribution.github.io/distribution/spec/auth/token/
 *
 * @throws {TokenRequestError}
 */
export function parseTokenQuery(
	service: string,
	query: URLSearchParams,
	authorization: string | undefined,
): TokenRequest {
	const scopes = parseCommon(service, query);
	return authorization === undefined
		? { scopes }
		: { scopes, credentials: parseBasic(authorization) };
}

/**
 * Reads the form of a POST request.
 * https://distribution.github.io/distribution/spec/auth/oauth/
 *
 * @throws {TokenRequestError}
 */
export function parseTokenForm(
	service: string,
	form: URLSearchParams,
): TokenRequest {
	const grantType = form.get("grant_type");
	if (grantType !== "password") {
		throw new TokenRequestError(
			"unsupported_grant_type",
			`grant_type is '${grantType?.slice(0, 64) ?? ""}': expected 'password'`,
		);
	}
	const scopes = parseCommon(service, form);
	const username = form.get("username");
	const password = form.get("password");
	if (username === null || password === null) {
		throw new TokenRequestError(
			"invalid_request",
			"the form has no username or no password: expected both",
		);
	}
	return { scopes, credentials: { username, password } };
}

function parseCommon(service: string, parameters: URLSearchParams) {
	const asked = parameters.get("service");
	if (asked !== service) {
		throw new TokenRequestError(
			"invalid_request",
			`service is '${asked?.slice(0, 128) ?? ""}': expected '${service}', as the challenge says`,
		);
	}
	try {
		return parseScopes(parameters.getAll("scope"));
	} catch (error) {
		throw new TokenRequestError("invalid_scope", (error as Error).message);
	}
}

function parseBasic(authorization: string) {
	const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
	const decoded = Buffer.from(encoded ?? "", "base64").toString();
	const colon = decoded.indexOf(":");
	if (colon < 0) {
		throw new TokenRequestError(
			"invalid_grant",
			"the Authorization header is not one of Basic authentication",
		);
	}
	return {
		username: decoded.slice(0, colon),
		password: decoded.slice(colon + 1),
	};
}
