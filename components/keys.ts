import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** The signing keys of one gate, one for each registry behind it. */
export class Keys extends pulumi.ComponentResource {
	/** Seed of each registry's Ed25519 key, base64, by registry name. Secret. */
	readonly seeds: Readonly<Record<string, pulumi.Output<string>>>;

	constructor(
		name: string,
		{ registries }: { readonly registries: readonly string[] },
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Keys", name, { registries }, opts);
		this.seeds = Object.fromEntries(
			registries.map((registry) => [
				registry,
				new random.RandomBytes(
					`${name}-${registry}`,
					{ length: 32 },
					{ parent: this },
				).base64,
			]),
		);
		this.registerOutputs({});
	}
}
