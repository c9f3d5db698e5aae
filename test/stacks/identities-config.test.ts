import { describe, expect, test } from "vitest";
import { ConfigError, parseEstate } from "../../stacks/config/parse.ts";
import { DEV_SPEC } from "../topology/dev-estate.ts";

const { stack: _, ...valid } = DEV_SPEC;
const PREFIX = "  Pulumi.dev.yaml:registry-tiers:estate.identities";

const GITHUB = {
	issuer: "https://token.actions.githubusercontent.com",
	principal: "ci",
	claims: { repository: "acme/.*", ref: "refs/heads/main" },
};
const CLUSTER = {
	issuer: "https://kubernetes.default.svc.cluster.local",
	principal: "promoter",
	internal: true,
	claims: { sub: "system:serviceaccount:registry-tiers:promoter" },
};

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUJ9L18O/Y2p2Uc1jDbmPhLgwzPQYwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBYTAgFw0yNjExMjQxNDQ5NDdaGA8yMTI2MTAzMTE0NDk0N1ow
DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHlc0HdgloJS
D12DmDcPgJ0j7a8ybVA1giKNW0hMprZ8zyVu756dRNWW+5ROXBHRlsUF4InIX8WA
2YzPCMxHN5ejUzBRMB0GA1UdDgQWBBQPLHAn5bJtsvFpv/22BS8O+eesXDAfBgNV
HSMEGDAWgBQPLHAn5bJtsvFpv/22BS8O+eesXDAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIC0+mdUQYnXJdUuVWTFd/3XAsAgyBq4Q5xzw/sJozSLx
AiEAn880/Pgs27nmwjIXSDWTOo8oflx7fb6j4vH061jD2t4=
-----END CERTIFICATE-----
`;

function problems(identities: unknown): readonly string[] {
	try {
		parseEstate({ ...valid, identities }, "dev", "Pulumi.dev.yaml");
		return [];
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const [, ...lines] = error.message.split("\n");
		return lines.map((line) => line.replace(PREFIX, ""));
	}
}

test("identities become part of the estate's description", () => {
	const identities = { github: GITHUB, cluster: CLUSTER };
	expect(parseEstate({ ...valid, identities }, "dev", "f").identities).toEqual(
		identities,
	);
});

test("a certificate of an issuer's own is written where it is needed", () => {
	expect(problems({ a: { ...GITHUB, ca: CERTIFICATE } })).toEqual([]);
});

describe("an identity is refused with a fix", () => {
	test.each<[string, unknown, readonly string[]]>([
		[
			"of nobody in particular",
			{ x: { ...GITHUB, claims: {} } },
			[
				'.x.claims: no condition, got {}; expected at least one, besides the audience. Fix: write claims: { repository: "acme/.*" }.',
			],
		],
		[
			"of everybody on GitHub",
			{ x: { ...GITHUB, claims: { ref: "refs/heads/main" } } },
			[
				'.x.claims: the conditions let tokens of strangers in, got {"ref":"refs/heads/main"}; expected a condition on sub, repository, repository_id, repository_owner, repository_owner_id that only what is yours meets. Fix: write the whole name of its owner, as in repository: "acme/.*".',
			],
		],
		[
			"of everybody of an issuer",
			{ x: { ...GITHUB, issuer: "https://id.test", claims: { sub: ".*" } } },
			[
				'.x.claims: the conditions let tokens of strangers in, got {"sub":".*"}; expected a condition that refuses something. Fix: name whose tokens these are, as in sub: service-17.',
			],
		],
		[
			"that is a job and any ServiceAccount of a namespace",
			{
				x: {
					...CLUSTER,
					claims: { sub: "system:serviceaccount:registry-tiers:.*" },
				},
			},
			[
				'.x.claims: the conditions do not name the one promoter, got {"sub":"system:serviceaccount:registry-tiers:.*"}; expected a condition on sub without wildcards. Fix: write sub: "system:serviceaccount:registry-tiers:promoter".',
			],
		],
		[
			"that is a job and runs on GitHub",
			{
				x: {
					...GITHUB,
					principal: "promoter",
					claims: { sub: "repo:acme/app:ref:refs/heads/main" },
				},
			},
			[
				'.x.issuer: promoter is a job of the estate, got "https://token.actions.githubusercontent.com"; expected the issuer of the cluster that it runs in. Fix: write principal: ci, or another issuer.',
			],
		],
		[
			"of anonymous clients",
			{ x: { ...GITHUB, principal: "anonymous" } },
			[
				'.x.principal: not valid, got "anonymous"; expected one of "developer" | "ci" | "promoter" | "cleaner" | "archiver" | "backup" | "consumer" | "cache". Fix: write principal: ci.',
			],
		],
		[
			"with an issuer over plain http",
			{
				x: { ...GITHUB, issuer: "http://id.test", jwksUri: "http://id.test/k" },
			},
			[
				'.x.issuer: plain http, got "http://id.test"; expected https, except for an issuer on this network. Fix: write https, or internal: true.',
				'.x.jwksUri: plain http, got "http://id.test/k"; expected https, except for an issuer on this network. Fix: write https, or internal: true.',
			],
		],
		[
			"with an issuer that is no URL",
			{ x: { ...GITHUB, issuer: "https://id.test/?a" } },
			[
				'.x.issuer: not valid, got "https://id.test/?a"; expected the URL of the issuer, as its tokens have it. Fix: write issuer: https://token.actions.githubusercontent.com.',
			],
		],
		[
			"with a condition that is no pattern, or on what is judged anyway",
			{ x: { ...GITHUB, claims: { repository: "(", aud: "x" } } },
			[
				'.x.claims.aud: not valid, got "aud"; expected the name of a claim other than aud, exp, iat, iss, nbf, which are judged anyway. Fix: write a condition such as repository: "acme/.*".',
				'.x.claims.repository: not valid, got "("; expected a regular expression of printable ASCII characters. Fix: write a pattern such as team-a/[a-z-]+, without ^ and $.',
			],
		],
		[
			"with a condition that is no text",
			{ x: { ...GITHUB, claims: { repository_id: 7 } } },
			[
				".x.claims.repository_id: not valid, got 7; expected a regular expression of printable ASCII characters. Fix: write a pattern such as team-a/[a-z-]+, without ^ and $.",
			],
		],
		[
			"with a certificate that is none",
			{ x: { ...GITHUB, ca: "x" } },
			[
				'.x.ca: not valid, got "x"; expected certificates in PEM. Fix: write ca: | and the certificate below it.',
			],
		],
		[
			"with certificates twice",
			{ x: { ...GITHUB, ca: CERTIFICATE, caFile: "/a" } },
			[
				'.x.caFile: certificates twice, got "/a"; expected ca or caFile. Fix: remove one of them.',
			],
		],
		[
			"with a token for whoever discovery names",
			{ x: { ...CLUSTER, tokenFile: "/b" } },
			[
				'.x.tokenFile: a token for whoever discovery names, got "/b"; expected jwksUri, to which alone it is sent. Fix: write jwksUri.',
			],
		],
		[
			"with files that Docker's gates do not have",
			{
				x: {
					...CLUSTER,
					jwksUri: "https://10.0.0.1/jwks",
					caFile: "/a",
					tokenFile: "/b",
				},
			},
			[
				'.x.caFile: the gate has no such file on docker, got "/a"; expected an issuer that needs none. Fix: write the certificates under ca.',
				'.x.tokenFile: the gate has no such file on docker, got "/b"; expected an issuer that needs none. Fix: remove it.',
			],
		],
		[
			"under a name that is none",
			{ "GitHub!": GITHUB },
			[
				'.GitHub!: not valid, got "GitHub!"; expected a name of lower-case letters, digits and -, at most 30. Fix: choose a name such as github.',
			],
		],
		[
			"with a misspelt key",
			{ x: { ...GITHUB, audiences: "a" } },
			[
				'.x.audiences: unknown key, did you mean audience?, got "audiences"; expected one of issuer | principal | claims | audience | jwksUri | internal | ca | caFile | tokenFile. Fix: rename it to audience.',
			],
		],
		[
			"without anything",
			{ x: null },
			[
				".x: not valid, got null; expected whose tokens count as whom. Fix: write { issuer, principal, claims }.",
			],
		],
	])("%s", (_name, identities, expected) => {
		expect(problems(identities)).toEqual(expected);
	});
});
