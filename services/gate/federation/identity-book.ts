import type { Logger } from "pino";
import type { Principal } from "../../../topology/access.ts";
import type { GateRegistry } from "../../../topology/gate-config.ts";
import { audienceAt, type Identity } from "../../../topology/identity-spec.ts";
import { printable } from "../../oci/printable.ts";
import { unmetCondition } from "./claim-conditions.ts";
import { checkClaims, checkSignature, readToken } from "./identity-token.ts";
import type { Issuer } from "./issuer-address.ts";
import { loadIssuerKeys } from "./issuer-client.ts";
import { type IssuerKeys, issuerKeys } from "./issuer-keys.ts";
import { IdentityRefusedError } from "./refused.ts";

/** Who logged in with a token of an issuer. */
export interface Federated {
	readonly principal: Principal;
	/** Name of the identity in the configuration. */
	readonly identity: string;
	/** Whom the issuer calls so. */
	readonly subject: string;
}

/** The federated identities of one registry. */
export interface IdentityBook {
	/** @throws {IdentityRefusedError} */
	authenticate(username: string, token: string): Promise<Federated>;
}

/** The identities that count at a registry: those whose principal may do anything there. */
export function identityBook(
	{ grants, catalog, service }: GateRegistry,
	identities: readonly Identity[],
	keysOf: (identity: Identity) => IssuerKeys,
	now: () => number,
): IdentityBook {
	const own = identities.filter(
		({ principal }) => grants[principal] || catalog.includes(principal),
	);
	return { authenticate };

	async function authenticate(
		username: string,
		text: string,
	): Promise<Federated> {
		const token = readToken(text);
		const issued = own.filter(({ issuer }) => issuer === token.issuer);
		if (issued.length === 0) {
			throw new IdentityRefusedError(
				`the issuer '${printable(token.issuer)}' is not one of an identity here`,
			);
		}
		// A user name that is none of an identity says nothing: docker wants one.
		const named = issued.filter(({ name }) => name === username);
		const unmet: string[] = [];
		for (const identity of named.length > 0 ? named : issued) {
			const { name, principal } = identity;
			try {
				await checkSignature(token, await keysOf(identity).find(token.kid));
				const subject = checkClaims(
					token,
					audienceAt(identity, service),
					now(),
				);
				const problem = unmetCondition(token.claims, identity.claims);
				if (!problem) return { principal, identity: name, subject };
				unmet.push(`${name}: ${problem}`);
			} catch (error) {
				if (!(error instanceof IdentityRefusedError)) throw error;
				unmet.push(`${name}: ${error.message}`);
			}
		}
		throw new IdentityRefusedError(unmet.join("; "));
	}
}

/** The keys of the issuers of some identities, each issuer asked once however many identities it has. */
export function keysOfIssuers(
	identities: readonly Identity[],
	log: Logger,
	now: () => number,
): (identity: Identity) => IssuerKeys {
	const byIssuer = new Map(
		identities.map((identity) => {
			const { issuer } = identity;
			const onTrouble = (reason: string) =>
				log.warn({ issuer, reason }, "the keys of an issuer cannot be had");
			const keys = issuerKeys(() => loadIssuerKeys(identity), {
				now,
				onTrouble,
			});
			return [idOf(identity), keys] as const;
		}),
	);
	for (const keys of byIssuer.values()) void keys.refresh();
	return (identity) => {
		const keys = byIssuer.get(idOf(identity));
		if (!keys) throw new Error(`no keys for identity '${identity.name}'`);
		return keys;
	};
}

// Identities that trust one issuer in different ways do not share its keys.
const idOf = ({ issuer, jwksUri, internal, ca, caFile, tokenFile }: Issuer) =>
	JSON.stringify([issuer, jwksUri, internal, ca, caFile, tokenFile]);
