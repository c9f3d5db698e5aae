import type { Registry } from "./estate.ts";

/** The location of the origin tiers, and the name of their gate and front. */
export const HOME = "home";
/** The gate and front before `prod-rw`. */
export const PROMOTION = "promotion";
/** The read-write half of the Prod pair, which only the promoter reaches. */
export const PROD_RW = "prod-rw";
/** The registry that plays Docker Hub in development. */
export const DOCKER_HUB = "docker-hub";
/** The job that promotes; it alone reaches `prod-rw`. */
export const PROMOTER_JOB = "promoter";
/** The jobs that fill the Archive and clean up, where one server runs both. */
export const JOBS = "jobs";
/** The job that removes tags, where it runs alone. */
export const CLEANUP_JOB = "cleanup";
/** The job that fills the Archive, where it runs alone. */
export const MIRROR_JOB = "mirror";

/** Name of a region's cache of an origin tier. */
export const cacheName = (tier: "prod" | "archive", region: string) =>
	`${tier}-${region}`;

/** Port of a region's front where its caches find the way to home. */
export const LEG_PORT = 8082;

/** How a cache reaches its origin: through its own region's front. */
export const legUrl = (legHost: string) => `http://${legHost}:${LEG_PORT}`;

/** Port of every service of the estate inside its networks: fronts, gates. */
export const SERVICE_PORT = 8080;

/** Port where a front answers clients outside with a certificate of its own. */
export const TLS_PORT = 8443;

/** How a registry server is reached inside the estate. */
export const serverUrl = ({ server }: Pick<Registry, "server">) =>
	`http://${server.host}:${server.port}`;

/** How a job inside the estate reaches a registry: through its front, by the registry's own name. */
export const frontUrl = ({ host }: Pick<Registry, "host">) =>
	`http://${host}:${SERVICE_PORT}`;
