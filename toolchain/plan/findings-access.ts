import type { AccessChange } from "../../topology/access-matrix.ts";
import type { Finding } from "./findings.ts";
import type { ComparedStack } from "./stack-plan.ts";

/** Who may do more or less, and where images can go that they could not. */
export function accessFindings({
	access,
	flows,
}: ComparedStack): readonly Finding[] {
	const known = new Set(access.before.map(({ registry }) => registry));
	const lasting = new Set(
		access.after
			.map(({ registry }) => registry)
			.filter((name) => known.has(name)),
	);
	// What comes or goes with a registry of its own is that registry's finding.
	const changes = access.changes.filter(({ registry }) =>
		lasting.has(registry),
	);
	const ways = flows.added.filter(
		({ from, to }) => lasting.has(from) && lasting.has(to),
	);
	return [
		...grouped(changes.filter(({ change }) => change === "granted")).map(
			({ principal, registry, verbs, tier }): Finding => ({
				level: isGrave(principal, tier, verbs) ? "danger" : "look",
				text: `${principal} may newly ${verbs.join(", ")} at ${registry}`,
			}),
		),
		...grouped(changes.filter(({ change }) => change === "revoked")).map(
			({ principal, registry, verbs }): Finding => ({
				level: "look",
				text: `${principal} may no longer ${verbs.join(", ")} at ${registry}`,
			}),
		),
		...ways.map(
			({ from, to, by }): Finding => ({
				level: intoDisposable(to, access) ? "look" : "danger",
				text: `images can newly get from ${from} to ${to}, by ${by}`,
			}),
		),
	];
}

/** Nothing is promised about what is in Sandbox and CI Tests. */
function intoDisposable(
	registry: string,
	{ after }: ComparedStack["access"],
): boolean {
	const tier = after.find((row) => row.registry === registry)?.tier;
	return tier === "sandbox" || tier === "ci-tests";
}

// Reading for one more principal is a look; writing, reading without a name, and Prod are more.
const isGrave = (
	principal: string,
	tier: string,
	verbs: readonly string[],
): boolean =>
	verbs.some((verb) => verb !== "pull") ||
	principal === "anonymous" ||
	tier === "prod";

interface Grouped
	extends Pick<AccessChange, "principal" | "registry" | "tier"> {
	readonly verbs: readonly string[];
}

function grouped(changes: readonly AccessChange[]): readonly Grouped[] {
	const cells = Map.groupBy(
		changes,
		({ principal, registry }) => `${principal} ${registry}`,
	);
	return [...cells.values()].flatMap((cell) => {
		const [first] = cell;
		return first ? [{ ...first, verbs: cell.map(({ verb }) => verb) }] : [];
	});
}
