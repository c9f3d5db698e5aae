import type { Estate, Registry } from "../topology/estate.ts";
import { tierResources } from "../topology/resource-names.ts";
import { UserError } from "./process.ts";

/**
 * The registry of that name.
 *
 * @throws {UserError} with the names there are
 */
export function findRegistry(estate: Estate, name: string): Registry {
	const found = estate.registries.find((registry) => registry.name === name);
	if (found) return found;
	throw new UserError(
		`no such tier, got ${name}; expected one of: ${estate.registries.map((r) => r.name).join(", ")}`,
	);
}

/** Pattern of the URNs of all that belongs to a registry, as Pulumi's --target takes it. */
export function targetOf(stack: string, registry: Registry): string {
	const { component, prefix } = tierResources(registry);
	// The two halves of Prod are one tier over one store.
	const names = registry.tier === "prod" ? "prod-*" : `${prefix}-*`;
	return `urn:pulumi:${stack}::registry-tiers::**registry-tiers:index:${component}$**::${names}`;
}

/** Pattern of the URN of one of a registry's stores. */
export function storeTarget(
	stack: string,
	registry: Registry,
	storage: string,
): string {
	const { component } = tierResources(registry);
	return `urn:pulumi:${stack}::registry-tiers::**registry-tiers:index:${component}$**::${storage}`;
}
