import type { Signer } from "./promotion-policy.ts";

/** Someone whose signature makes an image fit for promotion, as the configuration describes him. */
export type SignerSpec = EstateKeySpec | PublicKeySpec | KeylessSpec;

/** Signs with a key pair that the stack makes and hands out. */
export interface EstateKeySpec {
	readonly kind: "estate-key";
}

/** Signs with a key pair of his own. */
export interface PublicKeySpec {
	readonly kind: "public-key";
	/** File with the public half, relative to the checkout. */
	readonly publicKey: string;
}

/** A CI job that signs with a certificate of a moment's life, without a key that anybody keeps. */
export interface KeylessSpec {
	readonly kind: "keyless";
	/** Who vouches for the job, e.g. `https://token.actions.githubusercontent.com`. */
	readonly issuer: string;
	/** Pattern of the certificate's subject, anchored at both ends. */
	readonly subject: string;
	/** File with Sigstore's TrustedRoot, relative to the checkout. */
	readonly trustRoot: string;
}

/** The signers the promoter believes unless the configuration names others: CI, with a key of the stack. */
export const DEFAULT_SIGNERS: Readonly<Record<string, SignerSpec>> = {
	ci: { kind: "estate-key" },
};

/** What signers are known by: a public key or a trust root, as text, by the signer's name. */
export type SignerTexts = Readonly<Record<string, string>>;

/** Names of the signers whose keys the stack makes. */
export const estateKeySigners = (
	signers: Readonly<Record<string, SignerSpec>>,
): readonly string[] =>
	Object.entries(signers)
		.filter(([, { kind }]) => kind === "estate-key")
		.map(([name]) => name);

/** The signers as the promoter checks them. A text that is missing is a programming error. */
export function signersWith(
	signers: Readonly<Record<string, SignerSpec>>,
	texts: SignerTexts,
): readonly Signer[] {
	return Object.entries(signers).map(([name, spec]) => {
		const text = texts[name];
		if (text === undefined) throw new Error(`nothing is known of '${name}'`);
		return signerWith(name, spec, text);
	});
}

function signerWith(name: string, spec: SignerSpec, text: string): Signer {
	switch (spec.kind) {
		case "estate-key":
		case "public-key":
			return { name, publicKey: text };
		case "keyless": {
			const { issuer, subject } = spec;
			return { name, issuer, subject, trustRoot: text };
		}
	}
}

// Jobs and people of others, in pairs. A pattern that takes both of a pair does not say whose job it is.
const STRANGERS: readonly (readonly [string, string])[] = [
	[
		"https://github.com/a-stranger/x/.github/workflows/release.yml@refs/heads/main",
		"https://github.com/nobody/y/.github/workflows/release.yml@refs/heads/main",
	],
	[
		"https://gitlab.com/a-stranger/x//.gitlab-ci.yml@refs/heads/main",
		"https://gitlab.com/nobody/y//.gitlab-ci.yml@refs/heads/main",
	],
	["a-stranger@example.com", "nobody@example.org"],
];

/** Whether a pattern of subjects takes those of anybody, which is no rule at all. */
export function matchesStrangers(subject: string): boolean {
	const pattern = new RegExp(`^(?:${subject})$`);
	return STRANGERS.some((pair) => pair.every((one) => pattern.test(one)));
}
