import { type Challenge, parseChallenges } from "./challenge.ts";
import { basicAuthorization, type CredentialSource } from "./credentials.ts";
import { RetryableError } from "./errors.ts";
import { tokenRealm } from "./foreign-url.ts";
import { requestToken, type TokenService } from "./token.ts";
import type { Transport } from "./transport.ts";

type Scheme =
	| { readonly kind: "none" }
	| { readonly kind: "basic" }
	| { readonly kind: "bearer"; readonly service: TokenService };

interface CachedToken {
	readonly header: string;
	readonly usableUntil: number;
}

/** A token is replaced this long before it expires, or at half of a short life: uploads start late. */
const MARGIN_SECONDS = 30;

/**
 * Authenticates the requests to one registry. It learns how from the registry's first challenge and
 * answers from then on without being asked, with one token per set of scopes.
 */
export class Authenticator {
	readonly #registry: URL;
	readonly #credentials: CredentialSource | undefined;
	readonly #transport: Transport;
	readonly #tokens = new Map<string, Promise<CachedToken>>();
	#scheme: Scheme = { kind: "none" };
	/** How far the clock of the token service is ahead of ours, in milliseconds, once it told. */
	#serviceAheadMs: number | undefined;

	/** Without credentials, tokens are asked for anonymously. */
	constructor(
		registry: URL,
		credentials: CredentialSource | undefined,
		transport: Transport,
	) {
		this.#registry = registry;
		this.#credentials = credentials;
		this.#transport = transport;
	}

	/**
	 * The `Authorization` value for a request that needs these scopes. Undefined when the registry has
	 * not asked for one yet.
	 *
	 * @throws what `requestToken` throws.
	 */
	async authorization(scopes: readonly string[]): Promise<string | undefined> {
		if (this.#scheme.kind === "none") return undefined;
		if (this.#scheme.kind === "basic") {
			return this.#credentials && basicAuthorization(await this.#credentials());
		}
		const key = scopes.join(" ");
		const cached = this.#tokens.get(key);
		if (cached) {
			const { header, usableUntil } = await cached;
			if (usableUntil > this.#transport.clock.now()) return header;
			// Somebody else may have noticed while this one waited.
			if (this.#tokens.get(key) !== cached) return this.authorization(scopes);
		}
		const scheme = this.#scheme;
		const fresh = this.#fetch(scheme.service, scopes);
		this.#tokens.set(key, fresh);
		fresh.catch((error) => {
			if (this.#tokens.get(key) === fresh) this.#tokens.delete(key);
			// Perhaps another server answered for the registry when it named this service: the next
			// request asks the registry again.
			if (this.#scheme === scheme && !(error instanceof RetryableError)) {
				this.#scheme = { kind: "none" };
			}
		});
		return (await fresh).header;
	}

	/**
	 * Takes note of a challenge to a request that was sent with `rejected`, or without if undefined.
	 * True when another try has something new to offer.
	 *
	 * @throws ProtocolError when the challenge is malformed or names a token service that is not trusted.
	 */
	async challenged(
		header: string | undefined,
		scopes: readonly string[],
		rejected: string | undefined,
	): Promise<boolean> {
		const challenges = parseChallenges(header ?? "");
		const bearer = challenges.find(({ scheme }) => scheme === "bearer");
		if (bearer) {
			this.#scheme = { kind: "bearer", service: this.#serviceOf(bearer) };
			const key = scopes.join(" ");
			const cached = await this.#tokens.get(key)?.catch(() => undefined);
			if (cached?.header === rejected) this.#tokens.delete(key);
			return true;
		}
		if (challenges.some(({ scheme }) => scheme === "basic")) {
			this.#scheme = { kind: "basic" };
			return this.#credentials !== undefined && rejected === undefined;
		}
		return false;
	}

	/** What the clock of the token service shows, if it ever told. */
	tokenServiceNow(): number | undefined {
		return this.#serviceAheadMs === undefined
			? undefined
			: this.#transport.clock.now() + this.#serviceAheadMs;
	}

	#serviceOf({ parameters }: Challenge): TokenService {
		const service = parameters.get("service");
		return {
			realm: tokenRealm(parameters.get("realm") ?? "", this.#registry),
			...(service !== undefined && { service }),
		};
	}

	async #fetch(
		service: TokenService,
		scopes: readonly string[],
	): Promise<CachedToken> {
		const asked = this.#transport.clock.now();
		const { value, lifetimeSeconds, issuedAt } = await requestToken(
			this.#transport,
			service,
			scopes,
			await this.#credentials?.(),
		);
		if (issuedAt !== undefined) this.#serviceAheadMs = issuedAt - asked;
		const margin = Math.min(MARGIN_SECONDS, lifetimeSeconds / 2);
		return {
			header: `Bearer ${value}`,
			usableUntil: asked + (lifetimeSeconds - margin) * 1000,
		};
	}
}
