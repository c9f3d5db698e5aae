import type { TierKind } from "../tier-kinds.ts";
import type { Invariant } from "./invariant.ts";

const SWEPT: readonly TierKind[] = ["sandbox", "ci-tests", "ci-snapshots"];

export const deletesOnlyWhereSwept: Invariant = {
	id: "TI-08",
	statement: "only Sandbox and the CI Pool accept deletes",
	remedy: "leave deletes off for prod, cache and archive",
	broken: ({ registries }) =>
		registries
			.filter(({ tier, deletes }) => deletes && !SWEPT.includes(tier))
			.map(({ name, tier }) => `registry '${name}' of tier ${tier} deletes`),
};
