import type {
	GateAccount,
	GateKey,
	GateRegistry,
} from "../../topology/gate-config.ts";
import { type AccountBook, accountBook } from "./accounts.ts";
import type { IdentityBook } from "./federation/identity-book.ts";
import { type RegistryClient, registryClient } from "./registry-client.ts";
import { type RepositoryQueue, repositoryQueue } from "./repository-queue.ts";
import { registryTokens, type Tokens } from "./tokens.ts";

/** One registry with everything the gate needs to guard it. Registries share nothing. */
export interface RegistryGate {
	readonly registry: GateRegistry;
	readonly tokenLifetimeSeconds: number;
	readonly tokens: Tokens;
	readonly accounts: AccountBook;
	readonly identities: IdentityBook;
	readonly client: RegistryClient;
	/** Writes, by repository. */
	readonly queue: RepositoryQueue;
	/** From now on this key signs and these accounts open; what was before them ends. */
	renew(trust: RegistryTrust): void;
}

/** The secrets of one registry's gate, which may be replaced while it runs. */
export interface RegistryTrust {
	readonly key: GateKey;
	readonly accounts: readonly GateAccount[];
}

/** Builds the gate of one registry. `now` is in milliseconds since the epoch. */
export function registryGate(
	registry: GateRegistry,
	trust: RegistryTrust,
	{
		tokenLifetimeSeconds,
		identities,
		now,
	}: {
		readonly tokenLifetimeSeconds: number;
		readonly identities: IdentityBook;
		readonly now?: () => number;
	},
): RegistryGate {
	let current = opened(trust);
	const tokens: Tokens = {
		get kid() {
			return current.tokens.kid;
		},
		mint: (grant) => current.tokens.mint(grant),
		verify: (token) => current.tokens.verify(token),
	};
	return {
		registry,
		tokenLifetimeSeconds,
		tokens,
		accounts: {
			authenticate: (username, password) =>
				current.accounts.authenticate(username, password),
		},
		identities,
		client: registryClient(registry, tokens),
		queue: repositoryQueue(),
		renew: (renewed) => {
			current = opened(renewed);
		},
	};

	function opened({ key, accounts }: RegistryTrust) {
		return {
			tokens: registryTokens(registry, key.seed, now),
			accounts: accountBook(registry.name, accounts),
		};
	}
}
