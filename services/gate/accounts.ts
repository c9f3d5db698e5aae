import { createHash, timingSafeEqual } from "node:crypto";
import type { Principal } from "../../topology/access.ts";
import type { GateAccount } from "../../topology/gate-config.ts";

/** The accounts of one registry. */
export interface AccountBook {
	/** The principal whose name and password these are, otherwise nothing. */
	authenticate(username: string, password: string): Principal | undefined;
}

/**
 * The accounts of one registry, out of those of all registries of a gate.
 *
 * A principal may have several, so that a new password can be handed out before the old one ends.
 * The user name is the principal.
 */
export function accountBook(
	registry: string,
	accounts: readonly GateAccount[],
): AccountBook {
	const own = accounts
		.filter((account) => account.registry === registry)
		.map(({ principal, salt, sha256 }) => ({
			principal,
			salt: Buffer.from(salt, "hex"),
			sha256: Buffer.from(sha256, "hex"),
		}));
	return {
		authenticate(username, password) {
			// Every account is compared, whoever asks: the time says nothing about which names exist.
			const matches = own.filter(({ salt, sha256 }) =>
				timingSafeEqual(
					createHash("sha256").update(salt).update(password).digest(),
					sha256,
				),
			);
			return matches.find(({ principal }) => principal === username)?.principal;
		},
	};
}
