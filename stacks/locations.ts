import type * as pulumi from "@pulumi/pulumi";
import type { SigningKeys } from "../components/signing-keys.ts";
import { Home, type HomeArgs } from "./home.ts";
import type { Passwords } from "./location.ts";
import { Region } from "./region.ts";

/** What runs of an estate. */
export interface Locations {
	/** Of every location. Secret. */
	readonly passwords: Passwords;
	/** Keys the stack makes: of signers of images, and the promoter's for its records. */
	readonly signingKeys: SigningKeys;
	/** Container or workload that runs the promotion job. */
	readonly promoter: pulumi.Output<string>;
	/** Container or workload that runs cleanup and mirroring. */
	readonly housekeeping: pulumi.Output<string>;
}

/** Puts home and every region of an estate on one platform. */
export function locations(
	args: HomeArgs,
	opts: pulumi.ComponentResourceOptions,
): Locations {
	const { estate, platform, images } = args;
	const home = new Home("home", args, opts);
	const regions = estate.regions.map(
		(name) =>
			new Region(
				name,
				{
					estate,
					platform,
					images,
					networks: home.networks,
					homePasswords: home.passwords,
				},
				opts,
			),
	);
	return {
		passwords: Object.assign(
			{},
			home.passwords,
			...regions.map(({ passwords }) => passwords),
		),
		signingKeys: home.signingKeys,
		promoter: home.promoter,
		housekeeping: home.housekeeping,
	};
}
