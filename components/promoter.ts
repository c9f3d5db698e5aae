import * as pulumi from "@pulumi/pulumi";
import {
	type Account,
	type Estate,
	registryNamed,
} from "../topology/estate.ts";
import { type PromoterConfig, promoterConfig } from "../topology/job-config.ts";
import { jobServer, STATE_ROOT } from "./job-server.ts";
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

const READ_PASSWORD = "read-password";
const WRITE_PASSWORD = "write-password";
const MANIFESTS_ROOT = "/promotions";

/** Moves images from CI Snapshots to Prod, on its schedule and when asked. */
export class Promoter extends pulumi.ComponentResource {
	/** Where promotion can be run by hand. */
	readonly server: pulumi.Output<string>;

	constructor(
		name: string,
		args: PromoterArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { platform, image, estate, passwordOf, manifests, networks } = args;
		const config = configOf(estate);
		super("registry-tiers:index:Promoter", name, { config }, opts);
		const { readAccount, writeAccount } = estate.promotion;
		const { name: server } = jobServer(
			name,
			{
				platform,
				image,
				schedule: "promote",
				config,
				passwords: {
					[READ_PASSWORD]: passwordOf(readAccount),
					[WRITE_PASSWORD]: passwordOf(writeAccount),
				},
				inbox: { path: MANIFESTS_ROOT, files: manifests },
				networks,
			},
			this,
		);
		this.server = server;
		this.registerOutputs({ server });
	}
}

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
