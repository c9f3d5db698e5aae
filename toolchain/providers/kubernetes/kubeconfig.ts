import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import type { KubeConfig } from "@kubernetes/client-node";

/** The provider's arguments, checked against the schema. */
export interface ClusterConfig {
	/** The contents of a kubeconfig, or its path. @default - KUBECONFIG, ~/.kube/config or the pod's own account */
	readonly kubeconfig?: string;
	/** A context of the kubeconfig. @default - its current one */
	readonly context?: string;
	/** A cluster of the kubeconfig. @default - that of the context */
	readonly cluster?: string;
	/** Replaces all resources when it changes, and then only. @default - what the kubeconfig says of the cluster does */
	readonly clusterIdentifier?: string;
	/** Of objects that name none. @default - that of the context, else `default` */
	readonly namespace?: string;
	/** Takes fields over from other managers. @default - only where the annotation pulumi.com/patchForce says so */
	readonly enablePatchForce?: boolean;
	/** ConfigMaps with an automatic name are changed in place. @default - replaced, so that pods roll */
	readonly enableConfigMapMutable?: boolean;
	/** The same for Secrets. */
	readonly enableSecretMutable?: boolean;
	/** Takes over what exists under the name already. @default - it is an error */
	readonly upsertExistingObjects?: boolean;
}

/** Where the API server is and how to speak to it. */
export interface Connection {
	/** Its URL, without a path. */
	readonly server: string;
	/** Where objects go that name no namespace. */
	readonly namespace: string;
	/** Trust and credentials for one request; a credential plugin is asked again when its token runs out. */
	options(): Promise<ConnectionOptions>;
}

export interface ConnectionOptions extends RequestOptions {
	/** The kubeconfig leads through a proxy: its agent is to be used. */
	readonly proxied: boolean;
}

/** The kubeconfig has other contexts than the one asked for. */
export class UnknownContextError extends Error {
	override readonly name = "UnknownContextError";
	/** Those that it has. */
	readonly contexts: string;

	constructor(context: string, contexts: string) {
		super(`the kubeconfig has no context "${context}"; it has ${contexts}`);
		this.contexts = contexts;
	}
}

/**
 * The connection that the arguments describe. A kubeconfig that is given is the only source: neither
 * KUBECONFIG nor the home folder is looked at.
 *
 * @throws when it cannot be read or does not have the context or cluster asked for
 */
export async function connection(config: ClusterConfig): Promise<Connection> {
	const kubeconfig = await loadKubeconfig(config);
	const cluster = kubeconfig.getCurrentCluster();
	if (!cluster)
		throw new Error(
			'the kubeconfig has no cluster to speak to: set its current-context, or the provider\'s "context"',
		);
	const context = kubeconfig.getContextObject(kubeconfig.getCurrentContext());
	return {
		server: cluster.server,
		namespace: config.namespace || context?.namespace || "default",
		async options() {
			const options: RequestOptions = {};
			await kubeconfig.applyToHTTPSOptions(options);
			return { ...options, proxied: cluster.proxyUrl !== undefined };
		},
	};
}

/** What tells clusters apart: how the active one is reached. */
export async function activeCluster(config: ClusterConfig): Promise<unknown> {
	return (await loadKubeconfig(config)).getCurrentCluster() ?? undefined;
}

/** The kubeconfig that the arguments choose, with their context and cluster as its current ones. */
export async function loadKubeconfig({
	kubeconfig: given = "",
	context = "",
	cluster = "",
}: ClusterConfig): Promise<KubeConfig> {
	// A third of a second: only a provider that is used pays for it.
	const { KubeConfig } = await import("@kubernetes/client-node");
	const config = new KubeConfig();
	if (given === "") config.loadFromDefault();
	else read(config, await contents(given));
	if (context !== "") {
		if (!config.getContextObject(context))
			throw new UnknownContextError(context, listed(config.contexts));
		config.setCurrentContext(context);
	}
	if (cluster === "") return config;
	if (!config.getCluster(cluster))
		throw new Error(
			`the kubeconfig has no cluster "${cluster}"; it has ${listed(config.clusters)}`,
		);
	const current = config.getCurrentContext();
	config.loadFromOptions({
		clusters: config.clusters,
		users: config.users,
		contexts: config.contexts.map((each) =>
			each.name === current ? { ...each, cluster } : each,
		),
		currentContext: current,
	});
	return config;
}

const listed = (entries: readonly { readonly name: string }[]) =>
	entries.map(({ name }) => name).join(", ") || "none";

function read(config: KubeConfig, text: string): void {
	try {
		config.loadFromString(text);
	} catch {
		// The parser quotes what it could not read, which may be a key.
		throw new Error(
			'the provider\'s "kubeconfig" is neither the path of a file nor the YAML of a kubeconfig',
		);
	}
}

async function contents(given: string): Promise<string> {
	if (isContents(given)) return given;
	const path = given.replace(/^~(?=\/)/, homedir());
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		throw new Error(
			`the kubeconfig "${path}" cannot be read: ${(error as NodeJS.ErrnoException).code}`,
		);
	}
}

/** Whether the text is a kubeconfig and not the path of one: neither YAML nor JSON of it fits a line without braces. */
export const isContents = (kubeconfig: string) => /[\n{]/.test(kubeconfig);
