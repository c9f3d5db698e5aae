import { expect, test } from "vitest";
import { type KeyHalf, missingKey } from "../../toolchain/signing-keys.ts";
import type { SignerSpec } from "../../topology/signer-spec.ts";

const SIGNERS: Readonly<Record<string, SignerSpec>> = {
	ci: { kind: "estate-key" },
	release: { kind: "public-key", publicKey: "trust/release.pub" },
	github: {
		kind: "keyless",
		issuer: "https://token.actions.githubusercontent.com",
		subject: "https://github\\.com/acme/.*",
		trustRoot: "trust/public-good.json",
	},
};
const WITHOUT_KEY =
	"'github' signs without a key that anybody keeps; there is none to print";
const UNKNOWN =
	"no signer, got toString; expected one of: ci, release, github, promoter";

test.each<[string, KeyHalf, string | undefined]>([
	["ci", "private", undefined],
	["ci", "public", undefined],
	[
		"release",
		"private",
		"'release' signs with a key of its own, and the stack knows the public half alone. Fix: add --public",
	],
	["release", "public", undefined],
	["github", "private", WITHOUT_KEY],
	["github", "public", WITHOUT_KEY],
	[
		"promoter",
		"private",
		"the promoter's private key stays with the promoter: whoever has it can write promotion records. Fix: add --public",
	],
	["promoter", "public", undefined],
	["toString", "private", UNKNOWN],
	["toString", "public", UNKNOWN],
])(
	"of %s the %s key is printed, or it is said why not",
	(signer, half, problem) => {
		expect(missingKey(SIGNERS, signer, half)).toBe(problem);
	},
);
