import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { Registered } from "./record.ts";

/** What Pulumi knows a resource by: `type$type::name` with the types of all that it is in. */
export function identityOf(urn: string, registered: Registered): string {
	const request = registered.get(urn);
	if (!request) return urn;
	return `${chainOf(request, registered)}::${request.getName()}`;
}

// The mock engine's own URNs have the type of the next parent alone.
function chainOf(
	request: RegisterResourceRequest,
	registered: Registered,
	type = request.getType(),
	parent = request.getParent(),
): string {
	const outer = registered.get(parent);
	if (!outer || outer.getType() === STACK) return type;
	return `${chainOf(outer, registered)}$${type}`;
}

const STACK = "pulumi:pulumi:Stack";

/**
 * The identities a resource may have had before: by its own aliases and by those of everything it is in, as
 * the engine takes them (https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/nodejs/resource.ts,
 * `inheritedChildAlias`): where a parent had another name, a child whose name begins with it had that too.
 */
export function aliasesOf(
	urn: string,
	registered: Registered,
): readonly string[] {
	const request = registered.get(urn);
	if (!request) return [];
	const parent = registered.get(request.getParent());
	const inherited = parent
		? aliasesOf(request.getParent(), registered).map((alias) =>
				childOf(alias, request, parent),
			)
		: [];
	return [...new Set([...ownAliases(request, registered), ...inherited])];
}

function ownAliases(
	request: RegisterResourceRequest,
	registered: Registered,
): readonly string[] {
	return [
		...request.getAliasurnsList().map(withoutStack),
		...request.getAliasesList().map((alias) => {
			const spec = alias.getSpec();
			if (!spec) return withoutStack(alias.getUrn());
			const type = spec.getType() || request.getType();
			const parent = spec.getNoparent()
				? ""
				: spec.getParenturn() || request.getParent();
			const name = spec.getName() || request.getName();
			return `${chainOf(request, registered, type, parent)}::${name}`;
		}),
	];
}

const withoutStack = (urn: string) => urn.split("::").slice(2).join("::");

function childOf(
	parentAlias: string,
	request: RegisterResourceRequest,
	parent: RegisterResourceRequest,
): string {
	const [chain = "", aliasName = ""] = parentAlias.split("::");
	const name = request.getName();
	const own = parent.getName();
	const before = name.startsWith(own)
		? `${aliasName}${name.slice(own.length)}`
		: name;
	return `${chain}$${request.getType()}::${before}`;
}
