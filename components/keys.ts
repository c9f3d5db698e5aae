import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Seeds of Ed25519 keys, base64. Secret. */
export interface KeySeeds {
	/** Of the key that signs. */
	readonly signing: pulumi.Output<string>;
	/**
	 * Of the key that signs after the next rotation: trusted already, so that no registry meets a
	 * token it cannot check.
	 */
	readonly next: pulumi.Output<string>;
}

export interface KeysArgs {
	/** Generation of each registry's key; raised by one, the next key signs and the first ends. */
	readonly generations: Readonly<Record<string, number>>;
}

/** The signing keys of one gate, for each registry behind it the one in use and the next. */
export class Keys extends pulumi.ComponentResource {
	/** By registry name. */
	readonly seeds: Readonly<Record<string, KeySeeds>>;

	constructor(
		name: string,
		{ generations }: KeysArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Keys", name, { generations }, opts);
		const seed = (registry: string, generation: number) =>
			new random.RandomBytes(
				`${name}-${registry}-${generation}`,
				{ length: 32 },
				{ parent: this },
			).base64;
		this.seeds = Object.fromEntries(
			Object.entries(generations).map(([registry, generation]) => [
				registry,
				{
					signing: seed(registry, generation),
					next: seed(registry, generation + 1),
				},
			]),
		);
		this.registerOutputs({});
	}
}
