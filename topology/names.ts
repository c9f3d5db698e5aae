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
/** The jobs that fill the Archive and clean up. */
export const JOBS = "jobs";

/** Name of a region's cache of an origin tier. */
export const cacheName = (tier: "prod" | "archive", region: string) =>
	`${tier}-${region}`;

/** Port of a region's front where its caches find the way to home. */
export const LEG_PORT = 8082;

/** How a cache reaches its origin: through its own region's front. */
export const legUrl = (legHost: string) => `http://${legHost}:${LEG_PORT}`;

/** Port of every service of the estate inside its networks: fronts, gates. */
export const SERVICE_PORT = 8080;
