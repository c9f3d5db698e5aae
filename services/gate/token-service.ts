import type { Principal } from "../../topology/access.ts";
import { type Decision, loggedUser, noteActor } from "./decision.ts";
import type { Federated } from "./federation/identity-book.ts";
import { hasTokenForm } from "./federation/identity-token.ts";
import { IdentityRefusedError } from "./federation/refused.ts";
import { grantedAccess } from "./grants.ts";
import type { Answer } from "./refusal.ts";
import type { RegistryGate } from "./registry-gate.ts";
import {
	type Credentials,
	TOKEN_HEADERS,
	type TokenRequest,
	TokenRequestError,
} from "./token-request.ts";
import type { Actor, TokenAccess } from "./tokens.ts";

/**
 * Answers a token request: a token with those of the asked actions that the principal has, which
 * may be none. Fewer actions are not an error; the registry refuses what the token does not allow.
 *
 * @throws {TokenRequestError} when the credentials are neither those of an account nor an identity's
 */
export async function grantToken(
	gate: RegistryGate,
	{ scopes, credentials }: TokenRequest,
	decision: Decision,
): Promise<Answer> {
	const { registry, tokens, tokenLifetimeSeconds } = gate;
	const { principal, actor } = credentials
		? await authenticate(gate, credentials, decision)
		: ANONYMOUS;
	const access = grantedAccess(registry, principal, scopes);
	const granted = access.map(scopeText);
	const { token, issuedAt } = tokens.mint({
		subject: principal === "anonymous" ? "" : principal,
		access,
		lifetimeSeconds: tokenLifetimeSeconds,
		...(actor && { actor }),
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
}

/** Who asks for a token. */
interface Client {
	readonly principal: Principal;
	/** @default - nobody but the principal */
	readonly actor?: Actor;
}

const ANONYMOUS: Client = { principal: "anonymous" };

async function authenticate(
	{ registry, accounts, identities }: RegistryGate,
	{ username, password }: Credentials,
	decision: Decision,
): Promise<Client> {
	decision.principal = loggedUser(username);
	if (hasTokenForm(password)) {
		const { principal, identity, subject } = await identities
			.authenticate(username, password)
			.catch(refuse);
		const actor = { identity, sub: subject };
		noteActor(decision, actor);
		return { principal, actor };
	}
	const principal = accounts.authenticate(username, password);
	if (principal !== undefined) return { principal };
	throw new TokenRequestError(
		"invalid_grant",
		`unknown user name or wrong password for ${registry.name}`,
	);

	// What a token has to be is said in the gate's log alone, not to whoever has one.
	function refuse(error: unknown): Federated {
		if (!(error instanceof IdentityRefusedError)) throw error;
		throw new TokenRequestError(
			"invalid_grant",
			`the identity token opens nothing in ${registry.name}: expected one for '${registry.service}' that meets the conditions of an identity; the gate's log says which it does not`,
			error.message,
		);
	}
}

function scopeText({ type, name, actions }: TokenAccess): string {
	return `${type}:${name}:${actions.join(",")}`;
}
