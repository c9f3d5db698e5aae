import type { Registry } from "../topology/estate.ts";
import { SERVICE_PORT } from "../topology/names.ts";

/** Port of a registry server on its tier's network. */
export const REGISTRY_PORT = 5000;

/** Name of a registry on its tier's network; all its replicas answer to it. */
export const registryAlias = ({ name }: Pick<Registry, "name">) =>
	`${name}-registry`;

/** Name of one replica of a registry on its tier's network. */
export const replicaAlias = ({ name }: Pick<Registry, "name">, index: number) =>
	`${name}-registry-${index}`;

/** Name of a gate on the networks of its tiers. */
export const gateAlias = (gate: string) => `${gate}-gate`;

/** How the gate reaches a registry. */
export const registryUrl = (registry: Pick<Registry, "name">) =>
	`http://${registryAlias(registry)}:${REGISTRY_PORT}`;

/** How a job inside the estate reaches a registry: through its front, by the registry's own name. */
export const frontUrl = ({ host }: Pick<Registry, "host">) =>
	`http://${host}:${SERVICE_PORT}`;

/** Name of the registry that plays Docker Hub, on the archiver's network. */
export const DOCKER_HUB_ALIAS = "docker-hub.upstream.test";
