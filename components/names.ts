import type { Registry } from "../topology/estate.ts";

/** Port of every service of the estate inside its networks: fronts, gates. */
export const SERVICE_PORT = 8080;
/** Port of a registry server on its tier's network. */
export const REGISTRY_PORT = 5000;

/** Name of a registry server on its tier's network. */
export const registryAlias = ({ name }: Pick<Registry, "name">) =>
	`${name}-registry`;

/** Name of a gate on the networks of its tiers. */
export const gateAlias = (gate: string) => `${gate}-gate`;

/** How the gate reaches a registry. */
export const registryUrl = (registry: Pick<Registry, "name">) =>
	`http://${registryAlias(registry)}:${REGISTRY_PORT}`;

/** How a job inside the estate reaches a registry: through its front, by the registry's own name. */
export const frontUrl = ({ host }: Pick<Registry, "host">) =>
	`http://${host}:${SERVICE_PORT}`;
