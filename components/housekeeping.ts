import * as pulumi from "@pulumi/pulumi";
import {
	type Account,
	type Estate,
	registryNamed,
} from "../topology/estate.ts";
import {
	type HousekeepingConfig,
	housekeepingConfig,
} from "../topology/housekeeping-config.ts";
import { CLEANUP_JOB, frontUrl, JOBS, MIRROR_JOB } from "../topology/names.ts";
import type { CredentialOf } from "./credentials.ts";
import {
	type CheckoutFiles,
	type JobRun,
	jobServer,
	STATE_ROOT,
} from "./job-server.ts";
import { DOCKER_HUB_ALIAS } from "./names.ts";
import {
	type Attachment,
	CONFIG_ROOT,
	type Image,
	type Platform,
} from "./platform/platform.ts";

export interface HousekeepingArgs {
	readonly platform: Platform;
	/** Image with the estate's own services. */
	readonly image: Image;
	readonly estate: Estate;
	readonly credentialOf: CredentialOf;
	/** Lists of upstream images and overrides. A change of them alone replaces nothing. */
	readonly lists: CheckoutFiles;
	readonly networks: readonly Attachment[];
}

const MEMBER = `job:${JOBS}` as const;
const LISTS_ROOT = "/lists";

// A cleanup of 100,000 tags takes 216 MiB with these, 96 of them heap; without them Node would use
// all of the server's memory before it collects.
const HEAP_LIMITS = ["--max-old-space-size=128", "--max-semi-space-size=8"];

/** Cleans up and fills the Archive, each on its schedule and when asked. Reaches no writing half of Prod. */
export class Housekeeping extends pulumi.ComponentResource {
	/** Where the jobs can be run by hand. */
	readonly server: pulumi.Output<string>;

	constructor(
		name: string,
		args: HousekeepingArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { platform, image, estate, lists, networks } = args;
		const config = configOf(estate);
		super("registry-tiers:index:Housekeeping", name, { config }, opts);
		const { name: server } = jobServer(
			name,
			{
				platform,
				image,
				schedule: "housekeeping",
				config,
				member: MEMBER,
				secrets: {},
				runs: runsOf(args),
				inbox: { path: LISTS_ROOT, ...lists },
				networks,
				nodeArgs: HEAP_LIMITS,
			},
			this,
		);
		this.server = server;
		this.registerOutputs({ server });
	}
}

function runsOf({ estate, credentialOf }: HousekeepingArgs): JobRun[] {
	const { cleanup, mirroring } = estate;
	const credentials = (accounts: readonly Account[]) =>
		Object.fromEntries(
			accounts.map((account) => [
				passwordFile(account.secret),
				credentialOf(account),
			]),
		);
	return [
		{
			name: CLEANUP_JOB,
			member: `job:${CLEANUP_JOB}`,
			schedule: cleanup.schedule,
			timeZone: cleanup.timeZone,
			credentials: credentials(cleanup.accounts),
		},
		...(mirroring
			? [
					{
						name: MIRROR_JOB,
						member: `job:${MIRROR_JOB}` as const,
						schedule: mirroring.schedule,
						timeZone: mirroring.timeZone,
						credentials: credentials([mirroring.account]),
					},
				]
			: []),
	];
}

const passwordFile = (secret: string) => `${secret}.password`;

function configOf(estate: Estate): HousekeepingConfig {
	return housekeepingConfig(estate, {
		urlOf: (registry) => frontUrl(registryNamed(estate, registry)),
		passwordFileOf: (secret) => `${CONFIG_ROOT}/${passwordFile(secret)}`,
		lists: LISTS_ROOT,
		state: STATE_ROOT,
		dockerHubUrl: `http://${DOCKER_HUB_ALIAS}:${estate.mirroring?.upstreamPort}`,
	});
}
