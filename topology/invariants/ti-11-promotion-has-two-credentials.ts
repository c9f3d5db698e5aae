import { registryNamed } from "../estate.ts";
import type { Invariant } from "./invariant.ts";

export const promotionHasTwoCredentials: Invariant = {
	id: "TI-11",
	statement:
		"promotion reads CI Snapshots, writes Prod, and has a secret for each",
	remedy:
		"promote from ci-snapshots to prod, with one account of the promoter at each end",
	broken: (estate) => {
		const { from, to, readAccount, writeAccount } = estate.promotion;
		const source = registryNamed(estate, from);
		const target = registryNamed(estate, to);
		const wrong: string[] = [];
		if (source.tier !== "ci-snapshots")
			wrong.push(`promotion reads '${from}' of tier ${source.tier}`);
		if (target.tier !== "prod")
			wrong.push(`promotion writes '${to}' of tier ${target.tier}`);
		if (readAccount.secret === writeAccount.secret)
			wrong.push(`both ends use the secret '${readAccount.secret}'`);
		for (const [account, registry] of [
			[readAccount, from],
			[writeAccount, to],
		] as const) {
			if (account.registry !== registry || account.principal !== "promoter")
				wrong.push(
					`promotion uses the account of ${account.principal} for '${account.registry}' at '${registry}'`,
				);
		}
		return wrong;
	},
};
