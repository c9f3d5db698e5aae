import type { Account, Estate } from "../topology/estate.ts";
import { UserError } from "./process.ts";

/**
 * The accounts a principal has at a registry; `cache` has one for each region.
 *
 * @throws {UserError} naming who has one where, when this principal has none there
 */
export function findAccounts(
	{ gates }: Estate,
	principal: string,
	registry: string,
): readonly Account[] {
	const all = gates.flatMap(({ accounts }) => accounts);
	const found = all.filter(
		(account) =>
			account.principal === principal && account.registry === registry,
	);
	if (found.length > 0) return found;
	const there = new Set(all.map((a) => `${a.principal} ${a.registry}`));
	throw new UserError(
		`no account, got ${principal} ${registry}; expected one of: ${[...there].join(", ")}`,
	);
}
