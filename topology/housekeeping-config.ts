import { type Estate, registryNamed } from "./estate.ts";
import type { JobEndpoint } from "./job-config.ts";
import type { RetentionRule } from "./retention.ts";

/** What the housekeeping jobs know that is not secret, as the file they read at start. */
export interface HousekeepingConfig {
	readonly cleanup: CleanupConfig;
	/** Absent where there is no Archive. */
	readonly mirror?: MirrorConfig;
	/** Folder for ledgers, leases and what the jobs note about themselves. */
	readonly state: string;
}

/** Removing tags nobody needs. */
export interface CleanupConfig {
	/** A cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	readonly registries: readonly SweptRegistry[];
}

/** A registry that is swept, and what is left in it. */
export interface SweptRegistry extends JobEndpoint {
	readonly name: string;
	readonly retention: RetentionRule;
}

/** Filling the Archive from upstream. */
export interface MirrorConfig {
	/** A cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	/** Folder with the lists of upstream images and overrides. */
	readonly lists: string;
	readonly destination: JobEndpoint;
	/** Where a registry is asked instead of at its own name, by host, e.g. `docker.io`. */
	readonly upstreams: Readonly<Record<string, string>>;
}

/** Where the parts of the housekeeping jobs are at run time. */
export interface HousekeepingPlaces {
	readonly urlOf: (registry: string) => string;
	/** File with the password of the account with this secret name. */
	readonly passwordFileOf: (secret: string) => string;
	readonly lists: string;
	readonly state: string;
	/** Address of the registry that plays Docker Hub, where there is one. */
	readonly dockerHubUrl: string;
}

/** Renders the estate's cleanup and mirroring into the configuration of the jobs that do them. */
export function housekeepingConfig(
	estate: Estate,
	{ urlOf, passwordFileOf, lists, state, dockerHubUrl }: HousekeepingPlaces,
): HousekeepingConfig {
	const { cleanup, mirroring } = estate;
	const { accounts, schedule, timeZone } = cleanup;
	const endpoint = (account: (typeof accounts)[number]) => ({
		url: urlOf(account.registry),
		username: account.principal,
		passwordFile: passwordFileOf(account.secret),
	});
	return {
		cleanup: {
			schedule,
			timeZone,
			registries: accounts.flatMap((account) => {
				const { name, retention } = registryNamed(estate, account.registry);
				return retention ? [{ name, retention, ...endpoint(account) }] : [];
			}),
		},
		...(mirroring && {
			mirror: {
				schedule: mirroring.schedule,
				timeZone: mirroring.timeZone,
				lists,
				destination: endpoint(mirroring.account),
				upstreams:
					mirroring.upstreamPort === undefined
						? {}
						: { [DOCKER_HUB_HOST]: dockerHubUrl },
			},
		}),
		state,
	};
}

/** What image names without a registry mean, https://pkg.go.dev/github.com/distribution/reference#Named */
const DOCKER_HUB_HOST = "docker.io";
