import { type Decision, loggedUser } from "./decision.ts";
import { grantedAccess } from "./grants.ts";
import type { Answer } from "./refusal.ts";
import type { RegistryGate } from "./registry-gate.ts";
import {
	TOKEN_HEADERS,
	type TokenRequest,
	TokenRequestError,
} from "./token-request.ts";
import type { TokenAccess } from "./tokens.ts";

/**
 * Answers a token request: a token with those of the asked actions that the principal has, which
 * may be none. Fewer actions are not an error; the registry refuses what the token does not allow.
 *
 * @throws {TokenRequestError} when the credentials are not those of an account
 */
export function grantToken(
	gate: RegistryGate,
	{ scopes, credentials }: TokenRequest,
	decision: Decision,
): Answer {
	const { registry, tokens, tokenLifetimeSeconds } = gate;
	const principal = credentials ? authenticate() : "anonymous";
	const access = grantedAccess(registry, principal, scopes);
	const granted = access.map(scopeText);
	const { token, issuedAt } = tokens.mint({
		subject: principal === "anonymous" ? "" : principal,
		access,
		lifetimeSeconds: tokenLifetimeSeconds,
	});
	decision.principal = principal;
	decision.granted = granted;
	decision.outcome = "allowed";
	return {
		status: 200,
		headers: TOKEN_HEADERS,
		body: JSON.stringify({
			token,
			access_token: token,
			token_type: "Bearer",
			expires_in: tokenLifetimeSeconds,
			issued_at: issuedAt.toISOString(),
			scope: granted.join(" "),
		}),
	};

	function authenticate() {
		const { username = "", password = "" } = credentials ?? {};
		decision.principal = loggedUser(username);
		const known = gate.accounts.authenticate(username, password);
		if (known !== undefined) return known;
		throw new TokenRequestError(
			"invalid_grant",
			`unknown user name or wrong password for ${registry.name}`,
		);
	}
}

function scopeText({ type, name, actions }: TokenAccess): string {
	return `${type}:${name}:${actions.join(",")}`;
}
