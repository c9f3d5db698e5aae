import { type Estate, type Registry, registryNamed } from "../estate.ts";
import { publishedAddress, publishedUrl } from "../published.ts";

/** Images whose names begin alike, and where a client of one location looks for them. */
export interface PullPath {
	/** What the names begin with, e.g. `localhost:5104` or `docker.io`. */
	readonly prefix: string;
	/** Where they really are, which is asked last. */
	readonly origin: PullOrigin;
	/** Nearest first; never empty. */
	readonly mirrors: readonly PullMirror[];
}

/** Where images of a prefix are made. */
export interface PullOrigin {
	/** A tier of this estate, or somebody else's registry. */
	readonly kind: "tier" | "upstream";
	/** How a person calls it, e.g. `prod` or `Docker Hub`. */
	readonly name: string;
	/** E.g. `https://registry-1.docker.io`; no trailing slash. */
	readonly url: string;
}

/** A registry of the estate that has the images too. */
export interface PullMirror {
	readonly registry: Registry;
	/** `host:port`, or a name. */
	readonly address: string;
	/** The same with its scheme. */
	readonly url: string;
	/** What its repositories have before the names a client asks for, e.g. `docker.io`. @default - nothing */
	readonly path?: string;
}

/** Names of images on Docker Hub begin with it, written out or not. */
const DOCKER_HUB_PREFIX = "docker.io";

/** Whether clients have to be told that there is no certificate. */
export const isPlain = ({ url }: { readonly url: string }) =>
	url.startsWith("http:");

/**
 * What clients of a location pull through the estate: Prod's images by the name they have at home,
 * and Docker Hub's. What a location has no mirror for is not here: its clients need no configuration.
 */
export function pullPaths(
	estate: Estate,
	location: string,
): readonly PullPath[] {
	return [prodPath(estate, location), dockerHubPath(estate, location)].filter(
		({ mirrors }) => mirrors.length > 0,
	);
}

function prodPath(estate: Estate, location: string): PullPath {
	const prod = registryNamed(estate, "prod");
	const prefix = addressOf(prod);
	return {
		prefix,
		origin: { kind: "tier", name: prod.name, url: urlOf(prod) },
		mirrors: cachesOf(estate, prod.name, location).map((registry) => ({
			registry,
			address: addressOf(registry),
			url: urlOf(registry),
		})),
	};
}

function dockerHubPath(estate: Estate, location: string): PullPath {
	return {
		prefix: DOCKER_HUB_PREFIX,
		origin: {
			kind: "upstream",
			name: "Docker Hub",
			url: "https://registry-1.docker.io",
		},
		mirrors: archivesOf(estate, location).map((registry) => ({
			registry,
			address: addressOf(registry),
			url: urlOf(registry),
			path: DOCKER_HUB_PREFIX,
		})),
	};
}

/** The registries that keep upstream images, nearest first; none where there is no Archive. */
export function archivesOf(
	estate: Estate,
	location: string,
): readonly Registry[] {
	if (!estate.mirroring) return [];
	const archive = registryNamed(estate, estate.mirroring.to);
	return [...cachesOf(estate, archive.name, location), archive];
}

function cachesOf(
	{ registries }: Estate,
	origin: string,
	location: string,
): readonly Registry[] {
	return registries.filter(
		(registry) =>
			registry.location === location && registry.upstream?.registry === origin,
	);
}

const addressOf = (registry: Registry) =>
	published(publishedAddress(registry), registry);

const urlOf = (registry: Registry) =>
	published(publishedUrl(registry), registry);

function published(found: string | undefined, { name }: Registry): string {
	if (found) return found;
	throw new Error(`clients cannot reach '${name}'`);
}
