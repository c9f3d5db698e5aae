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
import { DOCKER_HUB_ALIAS, frontUrl } from "./names.ts";
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
	/** Secret. */
	readonly passwordOf: (account: Account) => pulumi.Output<string>;
	/** Lists of upstream images and overrides by file name. A change of them alone replaces nothing. */
	readonly lists: Readonly<Record<string, string>>;
	readonly networks: readonly Attachment[];
}

const CONFIG_FILE = "housekeeping.json";
const LISTS_ROOT = "/lists";
const STATE_ROOT = "/state";

// A cleanup of 100,000 tags takes 216 MiB with these limits of the heap, of which it uses 96; without
// them Node would use all of the container's memory before it collects.
const MEMORY_MIB = 256;
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
		const { platform, image, estate, passwordOf, lists } = args;
		const config = configOf(estate);
		super("registry-tiers:index:Housekeeping", name, { config }, opts);
		const state = platform.storage(
			`${name}-state`,
			{ durability: "disposable" },
			{ parent: this },
		);
		const accounts = [
			...estate.cleanup.accounts,
			...(estate.mirroring ? [estate.mirroring.account] : []),
		];
		const { name: server } = platform.schedule(
			`${name}-server`,
			{
				image,
				entrypoint: ["node"],
				args: [
					...HEAP_LIMITS,
					"/app/jobs.mjs",
					"schedule",
					"housekeeping",
					"--config",
					`${CONFIG_ROOT}/${CONFIG_FILE}`,
				],
				files: {
					[CONFIG_FILE]: JSON.stringify(config),
					...Object.fromEntries(
						accounts.map((account) => [
							passwordFile(account.secret),
							passwordOf(account),
						]),
					),
				},
				reread: {
					path: LISTS_ROOT,
					files: {
						...lists,
						// A file that was removed from git stays in the volume; this says which count.
						"files.json": JSON.stringify({ files: Object.keys(lists) }),
					},
				},
				mounts: [{ storage: state, path: STATE_ROOT, readOnly: false }],
				networks: args.networks,
				health: ["sh", "-c", `find ${STATE_ROOT}/alive -mmin -2 | grep -q .`],
				memoryMiB: MEMORY_MIB,
				stopSeconds: 20,
			},
			{ parent: this },
		);
		this.server = server;
		this.registerOutputs({ server });
	}
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
