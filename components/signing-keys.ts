import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { publicKeyPem, signingKeyPem } from "../topology/estate-signing-key.ts";

/** Keys in PEM, by who signs with them. */
export type PemKeys = Readonly<Record<string, pulumi.Output<string>>>;

export interface SigningKeysArgs {
	/** Who gets a key pair. Another name is another key. */
	readonly signers: readonly string[];
}

/** Key pairs that images and promotion records are signed with. */
export class SigningKeys extends pulumi.ComponentResource {
	/** PKCS #8, without a password. Secret. */
	readonly privateKeys: PemKeys;
	/** SubjectPublicKeyInfo. Not secret. */
	readonly publicKeys: PemKeys;

	constructor(
		name: string,
		{ signers }: SigningKeysArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:SigningKeys", name, { signers }, opts);
		const seeds = signers.map((signer) => {
			const { base64 } = new random.RandomBytes(
				`${name}-${signer}`,
				{ length: 32 },
				{ parent: this },
			);
			return [signer, base64] as const;
		});
		this.privateKeys = Object.fromEntries(
			seeds.map(([signer, seed]) => [signer, seed.apply(signingKeyPem)]),
		);
		this.publicKeys = Object.fromEntries(
			seeds.map(([signer, seed]) => [
				signer,
				pulumi.unsecret(seed.apply(publicKeyPem)),
			]),
		);
		this.registerOutputs({});
	}
}
