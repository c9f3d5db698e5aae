import type { Estate, EstateSpec, Member } from "./estate.ts";
import { HOME, PROD_RW, PROMOTER_JOB, PROMOTION } from "./names.ts";
import type { TierKind } from "./tier-kinds.ts";

/** The stack as far as names depend on it. */
type Named = Pick<EstateSpec, "platform" | "stack">;

/**
 * The gate and front of a registry at home. On one machine home has one of each; a cluster has one for
 * each tier, so that no gate holds the keys of two. `prod-rw` has its own everywhere.
 */
export function gateAtHome(
	{ platform }: Pick<EstateSpec, "platform">,
	registry: string,
): string {
	if (registry === PROD_RW) return PROMOTION;
	return platform === "docker" ? HOME : registry;
}

/** Every gate at home, the one before `prod-rw` last. */
export function gatesAtHome(
	spec: Pick<EstateSpec, "platform">,
	tiers: readonly TierKind[],
): readonly string[] {
	return [
		...new Set([...tiers, PROD_RW].map((tier) => gateAtHome(spec, tier))),
	];
}

/** The part of the estate a gate and its registries are kept in; both halves of Prod share one. */
const spaceOfGate = (gate: string) => (gate === PROMOTION ? "prod" : gate);

/** The part of the estate a job is kept in. */
export const spaceOfJob = (job: string) =>
	job === PROMOTER_JOB ? PROMOTER_JOB : "jobs";

/** Name of the namespace of a part of the estate. */
export const namespaceNamed = (stack: string, space: string) =>
	`${stack}-${space}`;

/** Name of a gate's namespace. */
export const namespaceOfGate = (
	{ stack }: { readonly stack: string },
	gate: string,
) => namespaceNamed(stack, spaceOfGate(gate));

/** The namespace a member of an estate is in on Kubernetes. */
export function namespaceOf(
	{
		stack,
		registries,
	}: {
		readonly stack: string;
		readonly registries: readonly {
			readonly name: string;
			readonly gate: string;
		}[];
	},
	member: Member,
): string {
	const [kind = "", name = ""] = member.split(":");
	if (kind === "job" || kind === "upstream") {
		return namespaceNamed(stack, spaceOfJob(name));
	}
	const gate =
		kind === "registry"
			? registries.find((registry) => registry.name === name)?.gate
			: name;
	return namespaceOfGate({ stack }, gate ?? name);
}

/**
 * Name of a server on its own part of the estate's network. Docker knows servers by aliases; a
 * cluster's DNS by the names of their Services, written out because nginx searches no domains.
 */
export function serverHost(spec: Named, alias: string, gate: string): string {
	return spec.platform === "docker"
		? alias
		: `${alias}.${namespaceOfGate(spec, gate)}.svc.cluster.local`;
}

/** Name of a registry's front inside the estate. */
export function frontHost(spec: Named, alias: string, gate: string): string {
	return spec.platform === "docker"
		? `${alias}.${gate}.test`
		: serverHost(spec, alias, gate);
}

/** Name of a gate. */
export const gateHost = (spec: Named, gate: string) =>
	serverHost(spec, `${gate}-gate`, gate);

/** First part of a host name, which a Service is called by. */
export const aliasOf = (host: string) => host.split(".")[0] ?? host;

/** Every namespace of an estate on Kubernetes. */
export function namespacesOf(estate: Estate): readonly string[] {
	const members = estate.segments.flatMap((segment) => segment.members);
	return [...new Set(members.map((member) => namespaceOf(estate, member)))];
}
