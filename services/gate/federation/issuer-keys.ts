import type { IssuerKey } from "./jwk-set.ts";
import { IdentityRefusedError } from "./refused.ts";

/** The keys of one issuer, as far as they are known. */
export interface IssuerKeys {
	/**
	 * The key of that id.
	 *
	 * @throws {IdentityRefusedError} when the issuer has no such key, or its keys are not known
	 */
	find(kid: string): Promise<IssuerKey>;
	/** Asks the issuer now, so that the keys are there before they are needed. */
	refresh(): Promise<void>;
}

export interface IssuerKeysOptions {
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** Told when the issuer's keys cannot be had, once until they can be had again. */
	readonly onTrouble: (reason: string) => void;
}

/** How old keys may be before the issuer is asked for them again, which is how long a revoked one counts. */
export const FRESH_MS = 10 * 60_000;
/** How long keys count while their issuer does not answer. */
export const STALE_MS = 24 * 60 * 60_000;
/** Time between two requests to the issuer, whatever tokens come meanwhile. */
export const PAUSE_MS = 30_000;
/** The same while no key is known and nobody can log in. */
export const FIRST_PAUSE_MS = 5_000;

/** Keeps the keys of one issuer. `load` asks it for them. */
export function issuerKeys(
	load: () => Promise<ReadonlyMap<string, IssuerKey>>,
	{ now, onTrouble }: IssuerKeysOptions,
): IssuerKeys {
	let keys: ReadonlyMap<string, IssuerKey> = new Map();
	let loadedAt = Number.NEGATIVE_INFINITY;
	let askedAt = Number.NEGATIVE_INFINITY;
	let asking: Promise<void> | undefined;
	let trouble = "";
	return { find, refresh };

	async function find(kid: string): Promise<IssuerKey> {
		if (!count(STALE_MS) || !keys.has(kid)) await refreshIfDue();
		// Nobody has to wait for keys that still count.
		else if (!count(FRESH_MS)) void refreshIfDue();
		if (!count(STALE_MS)) {
			throw new IdentityRefusedError(
				`the issuer's keys are not known: ${trouble}`,
			);
		}
		const key = keys.get(kid);
		if (key) return key;
		throw new IdentityRefusedError(
			"the issuer has no key of the id that the token names",
		);
	}

	function count(forMs: number): boolean {
		return now() - loadedAt < forMs;
	}

	function refreshIfDue(): Promise<void> {
		const pause = count(STALE_MS) ? PAUSE_MS : FIRST_PAUSE_MS;
		return asking || now() - askedAt >= pause ? refresh() : Promise.resolve();
	}

	function refresh(): Promise<void> {
		asking ??= ask().finally(() => {
			asking = undefined;
		});
		return asking;
	}

	async function ask(): Promise<void> {
		askedAt = now();
		try {
			keys = await load();
			loadedAt = now();
			trouble = "";
		} catch (error) {
			const reason = reasonOf(error);
			if (reason !== trouble) onTrouble(reason);
			trouble = reason;
		}
	}
}

// undici wraps what went wrong on the network, and an error of several addresses has no message.
function reasonOf(error: unknown): string {
	const { message, code, errors } = error as NodeJS.ErrnoException & {
		readonly errors?: readonly Error[];
	};
	return errors?.[0]?.message ?? (message || code || "it does not answer");
}
