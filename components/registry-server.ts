import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Account, Registry } from "../topology/estate.ts";
import { aliasOf } from "../topology/hosts.ts";
import { legUrl, SERVICE_PORT } from "../topology/names.ts";
import { SERVER_MEMORY } from "../topology/server-memory.ts";
import { publicJwk } from "../topology/signing-key.ts";
import type { KeySeeds } from "./keys.ts";
import {
	CONFIG_ROOT,
	type Image,
	type Network,
	type Platform,
	type ServerArgs,
	type Storage,
} from "./platform/platform.ts";
import {
	CREDENTIALS_FILE,
	CREDENTIALS_SCRIPT,
	DRAIN_SECONDS,
	JWKS_FILE,
	REGISTRY_CONFIG_FILE,
	registryHealth,
	renderRegistryConfig,
	STORE_ROOT,
} from "./registry-config.ts";

/** What every tier needs to run its registries. */
export interface RegistryDependencies {
	readonly platform: Platform;
	/** Image of CNCF distribution, 3.1.2 or later. */
	readonly image: Image;
	/** The keys whose public halves the registry trusts; nothing else of them leaves the state. */
	readonly seedsOf: (registry: Registry) => KeySeeds;
	/**
	 * The gate that signs the registry's tokens. It changes first: a new key is trusted before it
	 * signs, and the one before it is dropped after that.
	 */
	readonly gateOf: (registry: Registry) => pulumi.Resource;
	/** Host name of that gate. */
	readonly gateHostOf: (registry: Registry) => string;
	/** Secret. */
	readonly passwordOf: (account: Account) => pulumi.Output<string>;
	/** The network that holds the registry, its front and its gate. */
	readonly networkOf: (registry: Registry) => Network;
}

/** Starts the servers of a registry, one over each of the stores. The names of what it makes begin with `name`. */
export function registryServers(
	name: string,
	registry: Registry,
	stores: readonly Storage[],
	dependencies: RegistryDependencies,
	parent: pulumi.Resource,
): void {
	const servers = registryServerArgs(
		name,
		registry,
		stores,
		dependencies,
		parent,
	);
	// One replica after the other, so that a change leaves one to serve.
	let before = dependencies.gateOf(registry);
	for (const [index, args] of servers.entries()) {
		before = dependencies.platform.server(
			stores.length === 1 ? name : `${name}-${index}`,
			args,
			{ parent, dependsOn: [before] },
		).resource;
	}
}

/** What the servers of a registry are, one over each of the stores. */
export function registryServerArgs(
	name: string,
	registry: Registry,
	stores: readonly Storage[],
	dependencies: RegistryDependencies,
	parent: pulumi.Resource,
): readonly ServerArgs[] {
	const { image, networkOf, gateHostOf, seedsOf } = dependencies;
	const httpSecret = new random.RandomPassword(
		`${name}-http-secret`,
		{ length: 32, special: false },
		{ parent },
	);
	const { host, replicas, port } = registry.server;
	const signing = seedsOf(registry).signing.apply(publicJwk);
	return stores.map((storage, index) => ({
		member: `registry:${registry.name}`,
		image,
		entrypoint: ["registry"],
		args: ["serve", `${CONFIG_ROOT}/${REGISTRY_CONFIG_FILE}`],
		// Without it the server looks for a trace collector on localhost.
		env: { OTEL_TRACES_EXPORTER: "none" },
		...configuration(registry, httpSecret.result, dependencies),
		mounts: [
			{
				storage,
				path: STORE_ROOT,
				readOnly: registry.mode === "read-only",
			},
		],
		networks: [
			{
				network: networkOf(registry),
				aliases: [...new Set([host, replicas[index] ?? host])],
			},
		],
		listens: [port],
		health: registryHealth(registry.server),
		...(stores.length > 1 && { replicaOf: aliasOf(host) }),
		// A registry that trusts keys its gate does not sign with yet would refuse everybody.
		startsAfter: {
			url: `http://${gateHostOf(registry)}:${SERVICE_PORT}/keys`,
			text: pulumi.unsecret(signing.apply(({ kid }) => kid)),
		},
		...SERVER_MEMORY.registry,
		stopSeconds: DRAIN_SECONDS + 2,
	}));
}

function configuration(
	registry: Registry,
	httpSecret: pulumi.Output<string>,
	{ seedsOf, passwordOf }: RegistryDependencies,
): Pick<ServerArgs, "files" | "scripts"> {
	const { signing, next } = seedsOf(registry);
	const files = {
		[REGISTRY_CONFIG_FILE]: httpSecret.apply((secret) =>
			renderRegistryConfig(registry, secret),
		),
		[JWKS_FILE]: pulumi.jsonStringify({
			keys: [signing.apply(publicJwk), next.apply(publicJwk)],
		}),
	};
	if (!registry.upstream) return { files };
	const { account, legHost } = registry.upstream;
	return {
		files: {
			...files,
			[CREDENTIALS_FILE]: pulumi.jsonStringify({
				ServerURL: legUrl(legHost),
				Username: account.principal,
				Secret: passwordOf(account),
			}),
		},
		scripts: {
			[CREDENTIALS_SCRIPT]: `#!/bin/sh\nexec cat ${CONFIG_ROOT}/${CREDENTIALS_FILE}\n`,
		},
	};
}
