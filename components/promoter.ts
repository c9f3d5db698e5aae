import * as pulumi from "@pulumi/pulumi";
import {
	type Account,
	type Estate,
	registryNamed,
} from "../topology/estate.ts";
import { type PromoterConfig, promoterConfig } from "../topology/job-config.ts";
import { frontUrl } from "./names.ts";
import {
	type Attachment,
	CONFIG_ROOT,
	type Image,
	type Platform,
} from "./platform/platform.ts";

export interface PromoterArgs {
	readonly platform: Platform;
	/** Image with the estate's own services. */
	readonly image: Image;
	readonly estate: Estate;
	/** Secret. */
	readonly passwordOf: (account: Account) => pulumi.Output<string>;
	/** Promotion manifests by file name. A change of them alone replaces nothing. */
	readonly manifests: Readonly<Record<string, string>>;
	readonly networks: readonly Attachment[];
}

// Files of the promoter, as its configuration names them.
const CONFIG_FILE = "promoter.json";
const READ_PASSWORD = "read-password";
const WRITE_PASSWORD = "write-password";
const MANIFESTS_ROOT = "/promotions";
const STATE_ROOT = "/state";

// Node with one copy under way; blobs are streamed, so this does not grow with the images.
const MEMORY_MIB = 256;

/** Moves images from CI Snapshots to Prod, on its schedule and when asked. */
export class Promoter extends pulumi.ComponentResource {
	/** Where promotion can be run by hand. */
	readonly server: pulumi.Output<string>;

	constructor(
		name: string,
		args: PromoterArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { platform, image, estate, passwordOf, manifests } = args;
		const config = configOf(estate);
		super("registry-tiers:index:Promoter", name, { config }, opts);
		const state = platform.storage(
			`${name}-state`,
			{ durability: "disposable" },
			{ parent: this },
		);
		const { name: server } = platform.schedule(
			`${name}-server`,
			{
				image,
				entrypoint: ["node"],
				args: [
					"/app/jobs.mjs",
					"schedule",
					"promote",
					"--config",
					PROMOTER_CONFIG,
				],
				files: {
					[CONFIG_FILE]: JSON.stringify(config),
					[READ_PASSWORD]: passwordOf(estate.promotion.readAccount),
					[WRITE_PASSWORD]: passwordOf(estate.promotion.writeAccount),
				},
				reread: {
					path: MANIFESTS_ROOT,
					files: {
						...manifests,
						// A file that was removed from git stays in the volume; this says which count.
						"files.json": JSON.stringify({ files: Object.keys(manifests) }),
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

/** The promoter's configuration file inside its container. */
export const PROMOTER_CONFIG = `${CONFIG_ROOT}/${CONFIG_FILE}`;

function configOf(estate: Estate): PromoterConfig {
	const { from, to } = estate.promotion;
	return promoterConfig(estate, {
		sourceUrl: frontUrl(registryNamed(estate, from)),
		destinationUrl: frontUrl(registryNamed(estate, to)),
		readPasswordFile: `${CONFIG_ROOT}/${READ_PASSWORD}`,
		writePasswordFile: `${CONFIG_ROOT}/${WRITE_PASSWORD}`,
		manifests: MANIFESTS_ROOT,
		state: STATE_ROOT,
	});
}
