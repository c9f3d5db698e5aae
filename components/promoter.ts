import * as pulumi from "@pulumi/pulumi";
import { type Estate, registryNamed } from "../topology/estate.ts";
import { type PromoterConfig, promoterConfig } from "../topology/job-config.ts";
import { frontUrl, PROMOTER_JOB } from "../topology/names.ts";
import { type SignerTexts, signersWith } from "../topology/signer-spec.ts";
import type { CredentialOf } from "./credentials.ts";
import { type CheckoutFiles, jobServer, STATE_ROOT } from "./job-server.ts";
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
	readonly credentialOf: CredentialOf;
	/** Promotion manifests. A change of them alone replaces nothing. */
	readonly manifests: CheckoutFiles;
	/** Public keys and trust roots by the signer's name, of all signers of the estate. */
	readonly signerTexts: Readonly<Record<string, pulumi.Input<string>>>;
	/** Private key that signs promotion records, in PEM. Secret. */
	readonly recordKey: pulumi.Output<string>;
	readonly networks: readonly Attachment[];
}

const READ_PASSWORD = "read-password";
const WRITE_PASSWORD = "write-password";
const RECORD_KEY = "record-key";
const MEMBER = `job:${PROMOTER_JOB}` as const;
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
		const { platform, image, estate, credentialOf, manifests, networks } = args;
		const config = pulumi
			.all(args.signerTexts)
			.apply((texts) => configOf(estate, texts));
		super("registry-tiers:index:Promoter", name, { config }, opts);
		const { readAccount, writeAccount } = estate.promotion;
		const { name: server } = jobServer(
			name,
			{
				platform,
				image,
				schedule: "promote",
				config,
				member: MEMBER,
				secrets: { [RECORD_KEY]: args.recordKey },
				runs: [
					{
						name: "promote",
						member: MEMBER,
						schedule: estate.promotion.schedule,
						timeZone: estate.promotion.timeZone,
						credentials: {
							[READ_PASSWORD]: credentialOf(readAccount),
							[WRITE_PASSWORD]: credentialOf(writeAccount),
						},
					},
				],
				inbox: { path: MANIFESTS_ROOT, ...manifests },
				networks,
			},
			this,
		);
		this.server = server;
		this.registerOutputs({ server });
	}
}

function configOf(estate: Estate, signerTexts: SignerTexts): PromoterConfig {
	const { from, to, signers } = estate.promotion;
	return promoterConfig(
		estate,
		{
			sourceUrl: frontUrl(registryNamed(estate, from)),
			destinationUrl: frontUrl(registryNamed(estate, to)),
			readPasswordFile: `${CONFIG_ROOT}/${READ_PASSWORD}`,
			writePasswordFile: `${CONFIG_ROOT}/${WRITE_PASSWORD}`,
			recordKeyFile: `${CONFIG_ROOT}/${RECORD_KEY}`,
			manifests: MANIFESTS_ROOT,
			state: STATE_ROOT,
		},
		signersWith(signers, signerTexts),
	);
}
