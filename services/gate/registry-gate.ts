import type {
	GateAccount,
	GateKey,
	GateRegistry,
} from "../../topology/gate-config.ts";
import { type AccountBook, accountBook } from "./accounts.ts";
import { type RegistryClient, registryClient } from "./registry-client.ts";
import { type RepositoryQueue, repositoryQueue } from "./repository-queue.ts";
import { registryTokens, type Tokens } from "./tokens.ts";

/** One registry with everything the gate needs to guard it. Registries share nothing. */
export interface RegistryGate {
	readonly registry: GateRegistry;
	readonly tokenLifetimeSeconds: number;
	readonly tokens: Tokens;
	readonly accounts: AccountBook;
	readonly client: RegistryClient;
	/** Writes, by repository. */
	readonly queue: RepositoryQueue;
}

/** Builds the gate of one registry. `now` is in milliseconds since the epoch. */
export function registryGate(
	registry: GateRegistry,
	args: {
		readonly tokenLifetimeSeconds: number;
		readonly key: GateKey;
		readonly accounts: readonly GateAccount[];
		readonly now?: () => number;
	},
): RegistryGate {
	const tokens = registryTokens(registry, args.key.seed, args.now);
	return {
		registry,
		tokenLifetimeSeconds: args.tokenLifetimeSeconds,
		tokens,
		accounts: accountBook(registry.name, args.accounts),
		client: registryClient(registry, tokens),
		queue: repositoryQueue(),
	};
}
