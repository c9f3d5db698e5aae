import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { PRINCIPALS } from "../../topology/access.ts";
import type { EstateSpec } from "../../topology/estate.ts";
import {
	type IdentitySpec,
	JOB_PRINCIPALS,
	namesOneSubject,
	REGISTERED_CLAIMS,
} from "../../topology/identity-spec.ts";
import {
	ownerClaims,
	takesStrangers,
} from "../../topology/identity-strangers.ts";
import { compiles, flag, pattern } from "./fields.ts";
import { type Expectation, explain, type Problem } from "./problem.ts";

const url = (expectation: Expectation) => {
	const error = explain(expectation);
	return z.string({ error }).refine(isPlainUrl, { error });
};

// Compared exactly with what tokens say, so nothing is made of it.
function isPlainUrl(text: string): boolean {
	const parsed = URL.parse(text);
	return (
		/^https?:\/\/[\x21-\x7e]+$/.test(text) &&
		!/[?#@]/.test(text) &&
		parsed !== null
	);
}

const claimRule = {
	expected: `the name of a claim other than ${REGISTERED_CLAIMS.join(", ")}, which are judged anyway`,
	fix: 'write a condition such as repository: "acme/.*"',
};

const claims = z
	.record(
		z
			.string()
			.regex(/^[\x21-\x7e]{1,128}$/, { error: explain(claimRule) })
			.refine((name) => !REGISTERED_CLAIMS.includes(name), {
				error: explain(claimRule),
			}),
		pattern,
		{
			error: explain({
				expected: "patterns by claim",
				fix: 'write claims: { repository: "acme/.*" }',
			}),
		},
	)
	.refine((all) => Object.keys(all).length > 0, {
		error: explain({
			wrong: "no condition",
			expected: "at least one, besides the audience",
			fix: 'write claims: { repository: "acme/.*" }',
		}),
	});

const principals = PRINCIPALS.filter((one) => one !== "anonymous");

const audienceRule = {
	expected: "what the issuer writes into aud, with {service} for each tier's",
	fix: "remove the key to get {service}",
};

const caRule = {
	expected: "certificates in PEM",
	fix: "write ca: | and the certificate below it",
};

const pathRule = {
	expected: "an absolute path where the gate runs",
	fix: "write a path such as /var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
};
const path = z
	.string({ error: explain(pathRule) })
	.regex(/^\/[\x21-\x7e]+$/, { error: explain(pathRule) });

const identity = z
	.strictObject(
		{
			issuer: url({
				expected: "the URL of the issuer, as its tokens have it",
				fix: "write issuer: https://token.actions.githubusercontent.com",
			}),
			principal: z.enum(principals, {
				error: explain({
					expected: `one of ${principals.map((one) => `"${one}"`).join(" | ")}`,
					fix: "write principal: ci",
				}),
			}),
			claims,
			audience: z
				.string({ error: explain(audienceRule) })
				.regex(/^[\x21-\x7e]{1,256}$/, { error: explain(audienceRule) })
				.exactOptional(),
			jwksUri: url({
				expected: "the URL of the issuer's keys",
				fix: "remove the key to find it by discovery",
			}).exactOptional(),
			internal: flag("internal").exactOptional(),
			ca: z
				.string({ error: explain(caRule) })
				.refine(isCertificate, { error: explain(caRule) })
				.exactOptional(),
			caFile: path.exactOptional(),
			tokenFile: path.exactOptional(),
		},
		{
			error: explain({
				expected: "whose tokens count as whom",
				fix: "write { issuer, principal, claims }",
			}),
		},
	)
	.check(({ value, issues }) => {
		for (const { key, ...expectation } of contradictions(value)) {
			const input = value[key];
			issues.push({
				code: "custom",
				path: [key],
				input,
				message: explain(expectation)({ input: input ?? "nothing" }),
			});
		}
	}) satisfies z.ZodType<IdentitySpec>;

function isCertificate(text: string): boolean {
	try {
		return new X509Certificate(text).subject !== undefined;
	} catch {
		return false;
	}
}

interface Contradiction extends Expectation {
	readonly key: keyof IdentitySpec;
}

function contradictions(spec: IdentitySpec): Contradiction[] {
	const { internal = false, principal, tokenFile, jwksUri, ca, caFile } = spec;
	const plain = (["issuer", "jwksUri"] as const).filter(
		(key) => spec[key]?.startsWith("http://") && !internal,
	);
	const found = plain.map(
		(key): Contradiction => ({
			key,
			wrong: "plain http",
			expected: "https, except for an issuer on this network",
			fix: "write https, or internal: true",
		}),
	);
	if (tokenFile !== undefined && jwksUri === undefined) {
		found.push({
			key: "tokenFile",
			wrong: "a token for whoever discovery names",
			expected: "jwksUri, to which alone it is sent",
			fix: "write jwksUri",
		});
	}
	if (ca !== undefined && caFile !== undefined) {
		found.push({
			key: "caFile",
			wrong: "certificates twice",
			expected: "ca or caFile",
			fix: "remove one of them",
		});
	}
	// zod asks this even when there is no condition or one is no pattern, which is a problem of its own.
	const patterns = Object.values(spec.claims);
	if (patterns.length === 0 || !patterns.every(compiles)) return found;
	const trust = JOB_PRINCIPALS.includes(principal) ? jobTrust : peopleTrust;
	return [...found, ...trust(spec)];
}

function peopleTrust(spec: IdentitySpec): Contradiction[] {
	if (!takesStrangers(spec)) return [];
	const telling = ownerClaims(spec.issuer);
	return [
		{
			key: "claims",
			wrong: "the conditions let tokens of strangers in",
			expected: telling
				? `a condition on ${telling.join(", ")} that only what is yours meets`
				: "a condition that refuses something",
			fix: telling
				? `write the whole name of its owner, as in ${telling[1]}: "acme${telling[1] === "repository" ? "/.*" : ""}"`
				: "name whose tokens these are, as in sub: service-17",
		},
	];
}

// A job of the estate is one account of one issuer; what many share is no job.
function jobTrust({
	claims,
	issuer,
	principal,
}: IdentitySpec): Contradiction[] {
	const found: Contradiction[] = [];
	if (!namesOneSubject(claims.sub ?? "")) {
		found.push({
			key: "claims",
			wrong: `the conditions do not name the one ${principal}`,
			expected: "a condition on sub without wildcards",
			fix: `write sub: "system:serviceaccount:registry-tiers:${principal}"`,
		});
	}
	if (ownerClaims(issuer)) {
		found.push({
			key: "issuer",
			wrong: `${principal} is a job of the estate`,
			expected: "the issuer of the cluster that it runs in",
			fix: "write principal: ci, or another issuer",
		});
	}
	return found;
}

const nameRule = {
	expected: "a name of lower-case letters, digits and -, at most 30",
	fix: "choose a name such as github",
};

/** Whose tokens of OpenID Connect issuers count as whom, by name. */
export const identities = z.record(
	z
		.string()
		.regex(/^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/, { error: explain(nameRule) }),
	identity,
	{
		error: explain({
			expected: "identities by name",
			fix: "write identities: { github: { issuer, principal, claims } }",
		}),
	},
);

/** Files of identities that no container has: Docker's gates get their own files and no others. */
export function missingFiles(
	root: string,
	{ platform, identities = {} }: EstateSpec,
): readonly Problem[] {
	if (platform !== "docker") return [];
	return Object.entries(identities).flatMap(([name, identity]) =>
		(["caFile", "tokenFile"] as const)
			.filter((key) => identity[key] !== undefined)
			.map((key) => ({
				path: `${root}.identities.${name}.${key}`,
				message: explain({
					wrong: "the gate has no such file on docker",
					expected: "an issuer that needs none",
					fix:
						key === "caFile" ? "write the certificates under ca" : "remove it",
				})({ input: identity[key] }),
			})),
	);
}
