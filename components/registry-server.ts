import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Registry } from "../topology/estate.ts";
import { publicJwk } from "../topology/signing-key.ts";
import { registryAlias } from "./names.ts";
import {
	CONFIG_ROOT,
	type Image,
	type Network,
	type Platform,
	type Server,
	type Storage,
} from "./platform/platform.ts";
import {
	DEBUG_PORT,
	DRAIN_SECONDS,
	JWKS_FILE,
	REGISTRY_CONFIG_FILE,
	renderRegistryConfig,
	STORE_ROOT,
} from "./registry-config.ts";

/** What every tier needs to run its registries. */
export interface RegistryDependencies {
	readonly platform: Platform;
	/** Image of CNCF distribution, 3.1.2 or later. */
	readonly image: Image;
	/** Seed of the key that signs the registry's tokens; only its public half leaves the state. Secret. */
	readonly seedOf: (registry: Registry) => pulumi.Output<string>;
	/** The network that holds the registry, its front and its gate. */
	readonly networkOf: (registry: Registry) => Network;
}

// An idle registry takes 14 MiB; pushes of large layers peak at about 60.
const MEMORY_MIB = 256;

/** Starts one registry server over a store. The names of what it makes begin with `name`. */
export function registryServer(
	name: string,
	registry: Registry,
	storage: Storage,
	{ platform, image, seedOf, networkOf }: RegistryDependencies,
	parent: pulumi.Resource,
): Server {
	const httpSecret = new random.RandomPassword(
		`${name}-http-secret`,
		{ length: 32, special: false },
		{ parent },
	);
	return platform.server(
		name,
		{
			image,
			entrypoint: ["registry"],
			args: ["serve", `${CONFIG_ROOT}/${REGISTRY_CONFIG_FILE}`],
			// Without it the server looks for a trace collector on localhost.
			env: { OTEL_TRACES_EXPORTER: "none" },
			files: {
				[REGISTRY_CONFIG_FILE]: httpSecret.result.apply((secret) =>
					renderRegistryConfig(registry, secret),
				),
				[JWKS_FILE]: pulumi.jsonStringify({
					keys: [seedOf(registry).apply(publicJwk)],
				}),
			},
			mounts: [
				{ storage, path: STORE_ROOT, readOnly: registry.mode === "read-only" },
			],
			networks: [
				{ network: networkOf(registry), aliases: [registryAlias(registry)] },
			],
			health: [
				"wget",
				"-q",
				"-O",
				"/dev/null",
				`http://127.0.0.1:${DEBUG_PORT}/debug/health`,
			],
			memoryMiB: MEMORY_MIB,
			stopSeconds: DRAIN_SECONDS + 2,
		},
		{ parent },
	);
}
