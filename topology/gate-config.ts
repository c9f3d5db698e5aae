import {
	allowedVerbs,
	mayListRepositories,
	PRINCIPALS,
	type Principal,
	type Verb,
} from "./access.ts";
import { isKnownAt } from "./compile-accounts.ts";
import { type Estate, type Registry, registriesOf } from "./estate.ts";
import type { Identity } from "./identity-spec.ts";
import { serverUrl } from "./names.ts";
import type { NamingRule } from "./naming.ts";

/** Everything a gate knows that is not secret, as the file it reads at start. */
export interface GateConfig {
	/** Longest life of a token in seconds; at most 300. */
	readonly tokenLifetimeSeconds: number;
	readonly registries: readonly GateRegistry[];
	/** Tokens of others that open its registries. @default - none */
	readonly identities?: readonly Identity[];
}

/** One registry behind the gate. The front names it in the `X-Registry` header of each request. */
export interface GateRegistry {
	readonly name: string;
	/** Audience of its tokens. */
	readonly service: string;
	readonly issuer: string;
	/** Where manifest writes are forwarded to once they are judged. */
	readonly url: string;
	readonly naming: NamingRule;
	readonly createOnlyTags: boolean;
	/** Why nobody can push here, for a person who tries. @default - somebody can */
	readonly readOnlyReason?: string;
	readonly requiredLabels: readonly string[];
	/** What each principal may do here; who is not listed may do nothing. */
	readonly grants: Readonly<Partial<Record<Principal, readonly Verb[]>>>;
	/** Principals that may list the repositories. */
	readonly catalog: readonly Principal[];
}

/** The signing keys of a gate, by registry name. Secret. */
export type GateKeys = Readonly<Record<string, GateKey>>;

/** An Ed25519 key as its 32 byte seed, base64. */
export interface GateKey {
	readonly seed: string;
}

/** A static account: the password is random with at least 128 bits, so a fast hash is enough. */
export interface GateAccount {
	readonly principal: Exclude<Principal, "anonymous">;
	/** Name of the one registry the account is for. */
	readonly registry: string;
	/** Hex. */
	readonly salt: string;
	/** SHA-256 over salt bytes and password, hex. */
	readonly sha256: string;
}

/** The five minutes of the design: long enough for a slow client, short enough that theft is of little use. */
export const TOKEN_LIFETIME_SECONDS = 300;

/** Renders the access model into the configuration of one gate. */
export function gateConfig(
	estate: Estate,
	gate: string,
	urlOf: (registry: Registry) => string = serverUrl,
): GateConfig {
	const { accounts = [], identities = [] } =
		estate.gates.find(({ name }) => name === gate) ?? {};
	return {
		tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
		registries: registriesOf(estate, gate).map((registry) => {
			const holders = PRINCIPALS.filter(
				(principal) =>
					principal === "anonymous" ||
					accounts.some(
						(a) => a.principal === principal && a.registry === registry.name,
					) ||
					(identities.some((i) => i.principal === principal) &&
						isKnownAt(principal, registry)),
			);
			const { name, tier, flags } = registry;
			const verbs = holders.map(
				(principal) =>
					[principal, allowedVerbs(tier, principal, flags)] as const,
			);
			return {
				name,
				service: registry.service,
				issuer: registry.issuer,
				url: urlOf(registry),
				naming: registry.naming,
				createOnlyTags: registry.createOnlyTags,
				...(registry.readOnlyReason && {
					readOnlyReason: registry.readOnlyReason,
				}),
				requiredLabels: registry.requiredLabels,
				grants: Object.fromEntries(verbs.filter(([, v]) => v.length > 0)),
				catalog: holders.filter((p) => mayListRepositories(tier, p)),
			};
		}),
		...(identities.length > 0 && { identities }),
	};
}
