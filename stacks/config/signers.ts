import { z } from "zod";
import { PROMOTER_JOB } from "../../topology/names.ts";
import {
	matchesStrangers,
	type SignerSpec,
} from "../../topology/signer-spec.ts";
import { compiles, file, pattern } from "./fields.ts";
import { explain } from "./problem.ts";

const KINDS: readonly SignerSpec["kind"][] = [
	"estate-key",
	"public-key",
	"keyless",
];

const issuerRule = {
	expected: "the https:// URL of the issuer, as the certificate has it",
	fix: "write issuer: https://token.actions.githubusercontent.com",
};

const signer = z.discriminatedUnion(
	"kind",
	[
		z.strictObject({ kind: z.literal("estate-key") }),
		z.strictObject({
			kind: z.literal("public-key"),
			publicKey: file("publicKey: trust/release.pub"),
		}),
		z.strictObject({
			kind: z.literal("keyless"),
			issuer: z
				.string({ error: explain(issuerRule) })
				.refine(isIssuer, { error: explain(issuerRule) }),
			subject: pattern.refine(
				// zod asks this even when the pattern did not compile, which is a problem of its own.
				(text) => !compiles(text) || !matchesStrangers(text),
				{
					error: explain({
						wrong: "the pattern matches subjects of strangers",
						expected: "a pattern that says whose job signs",
						fix: "write the organisation into it, as in https://github\\.com/acme/[^@]+@refs/heads/main",
					}),
				},
			),
			trustRoot: file("trustRoot: trust/public-good.json"),
		}),
	],
	{
		error: explain({
			expected: `a signer whose kind is one of ${KINDS.map((kind) => `"${kind}"`).join(" | ")}`,
			fix: "write ci: { kind: estate-key }",
		}),
	},
) satisfies z.ZodType<SignerSpec>;

// Compared exactly with what the certificate says.
function isIssuer(text: string): boolean {
	return /^https:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text);
}

const nameRule = {
	expected: `a name of lower-case letters, digits and -, at most 20, other than ${PROMOTER_JOB}`,
	fix: "choose a name such as ci",
};

/** Whose signature makes an image fit for promotion, by name. */
export const signers = z
	.record(
		z
			.string()
			.regex(/^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/, {
				error: explain(nameRule),
			})
			// The promoter has a key of its own, for its records.
			.refine((name) => name !== PROMOTER_JOB, { error: explain(nameRule) }),
		signer,
		{
			error: explain({
				expected: "signers by name",
				fix: "write signers: { ci: { kind: estate-key } }",
			}),
		},
	)
	.refine((all) => Object.keys(all).length > 0, {
		error: explain({
			wrong: "no signer",
			expected: "at least one, whose signature makes an image fit for Prod",
			fix: "write signers: { ci: { kind: estate-key } }, or remove the key to get that",
		}),
	});
