import { describe, expect, test } from "vitest";
import { ConfigError, parseEstate } from "../../stacks/config/parse.ts";
import { DEV_SPEC } from "../topology/dev-estate.ts";

const { stack: _, ...valid } = DEV_SPEC;

const parse = (change: object) =>
	parseEstate(
		{ ...valid, promotion: { schedule: "*/5 * * * *", ...change } },
		"dev",
		"Pulumi.dev.yaml",
	).promotion;

/** The problems of what promotion asks for, without what they all begin with. */
function problems(change: object): readonly string[] {
	try {
		parse(change);
		return [];
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return error.message
			.split("\n")
			.slice(1)
			.map((line) =>
				line.replace("  Pulumi.dev.yaml:registry-tiers:estate.promotion", ""),
			);
	}
}

const GITHUB = {
	kind: "keyless",
	issuer: "https://token.actions.githubusercontent.com",
	subject: "https://github\\.com/acme/[^@]+@refs/heads/main",
	trustRoot: "trust/public-good.json",
};
const EXCEPTION = {
	repositories: ["legacy/.*"],
	checks: ["sbom", "signature"],
	owner: "team-legacy",
	reason: "built before 2026, until 2027-03",
};

test("all that can be asked of an image is taken as it is written", () => {
	const all = {
		schedule: "*/5 * * * *",
		timeZone: "Europe/Berlin",
		manifests: "offers",
		fullCheckEvery: 1,
		repositories: ["team/.*"],
		require: {
			labels: ["org.opencontainers.image.source"],
			platforms: ["linux/amd64", "linux/arm/v7"],
			maxLayerMiB: 100,
			maxImageMiB: 100,
			sbom: true,
		},
		signers: {
			ci: { kind: "estate-key" },
			release: { kind: "public-key", publicKey: "trust/release.pub" },
			github: GITHUB,
		},
		exceptions: [EXCEPTION],
	};
	expect(parse(all)).toEqual(all);
});

test("what one image must be can be said without the rest", () => {
	expect(parse({ require: { platforms: ["linux/arm64"] } }).require).toEqual({
		...DEV_SPEC.promotion.require,
		platforms: ["linux/arm64"],
	});
});

describe.each<[string, object, readonly string[]]>([
	[
		"a misspelt condition",
		{ require: { platform: ["linux/amd64"] } },
		[
			'.require.platform: unknown key, did you mean platforms?, got "platform"; expected one of labels | platforms | maxLayerMiB | maxImageMiB | sbom. Fix: rename it to platforms.',
		],
	],
	...["amd64", "linux/amd64/", "Linux/amd64", "linux/arm/v7/x"].map(
		(platform): [string, object, readonly string[]] => [
			`the platform ${platform}`,
			{ require: { platforms: [platform] } },
			[
				`.require.platforms.0: not valid, got "${platform}"; expected a platform as os/arch or os/arch/variant. Fix: write a platform such as linux/amd64 or linux/arm/v7.`,
			],
		],
	),
	[
		"no platform at all",
		{ require: { platforms: [] } },
		[
			".require.platforms: empty list, got []; expected at least one of platforms. Fix: remove the key to get the default.",
		],
	],
	[
		"a layer that may be larger than its image",
		{ require: { maxLayerMiB: 20_000 } },
		[
			".require.maxLayerMiB: a layer may be larger than its image, got 20000; expected at most maxImageMiB, which is 10240. Fix: lower maxLayerMiB, or raise maxImageMiB.",
		],
	],
	[
		"no SBOM of anything",
		{ require: { sbom: false } },
		[
			".require.sbom: not valid, got false; expected true: an SBOM is asked of every image. Fix: name the repositories that have none under promotion.exceptions.",
		],
	],
	[
		"digests that are never compared",
		{ fullCheckEvery: 0 },
		[
			".fullCheckEvery: too small, got 0; expected a whole number of runs, 1 or more. Fix: write fullCheckEvery: 24.",
		],
	],
	[
		"nobody who signs",
		{ signers: {} },
		[
			".signers: no signer, got {}; expected at least one, whose signature makes an image fit for Prod. Fix: write signers: { ci: { kind: estate-key } }, or remove the key to get that.",
		],
	],
	[
		"signers as a list",
		{ signers: ["ci"] },
		[
			'.signers: not valid, got ["ci"]; expected signers by name. Fix: write signers: { ci: { kind: estate-key } }.',
		],
	],
	[
		"a signer that is called like the promoter",
		{ signers: { promoter: { kind: "estate-key" } } },
		[
			'.signers.promoter: not valid, got "promoter"; expected a name of lower-case letters, digits and -, at most 20, other than promoter. Fix: choose a name such as ci.',
		],
	],
	[
		"a signer of an unknown kind",
		{ signers: { ci: { kind: "key" } } },
		[
			'.signers.ci.kind: not valid, got {"kind":"key"}; expected a signer whose kind is one of "estate-key" | "public-key" | "keyless". Fix: write ci: { kind: estate-key }.',
		],
	],
	[
		"a key of another kind of signer",
		{ signers: { ci: { kind: "estate-key", publicKey: "ci.pub" } } },
		[
			'.signers.ci.publicKey: unknown key, got "publicKey"; expected one of kind. Fix: remove it.',
		],
	],
	[
		"a signer without his public key",
		{ signers: { release: { kind: "public-key" } } },
		[
			".signers.release.publicKey: missing; expected a file, relative to the checkout. Fix: write publicKey: trust/release.pub.",
		],
	],
	[
		"an issuer that is no URL",
		{ signers: { github: { ...GITHUB, issuer: "github" } } },
		[
			'.signers.github.issuer: not valid, got "github"; expected the https:// URL of the issuer, as the certificate has it. Fix: write issuer: https://token.actions.githubusercontent.com.',
		],
	],
	...[
		".*",
		"https://github.com/.*",
		"https://github\\.com/[^/]+/[^@]+@refs/heads/main",
		"https://gitlab\\.com/.+",
		"[^@]+@[a-z.]+",
	].map((subject): [string, object, readonly string[]] => [
		`the subject ${subject}, which strangers have too`,
		{ signers: { github: { ...GITHUB, subject } } },
		[
			`.signers.github.subject: the pattern matches subjects of strangers, got ${JSON.stringify(subject)}; expected a pattern that says whose job signs. Fix: write the organisation into it, as in https://github\\.com/acme/[^@]+@refs/heads/main.`,
		],
	]),
	[
		"a subject that is no pattern",
		{ signers: { github: { ...GITHUB, subject: "([" } } },
		[
			'.signers.github.subject: not valid, got "(["; expected a regular expression of printable ASCII characters. Fix: write a pattern such as team-a/[a-z-]+, without ^ and $.',
		],
	],
	[
		"an exception nobody answers for",
		{ exceptions: [{ ...EXCEPTION, owner: " ", reason: "be\u001b[2Jfore" }] },
		[
			'.exceptions.0.owner: not valid, got " "; expected who answers for it, in one line. Fix: write owner: team-legacy.',
			'.exceptions.0.reason: not valid, got "be\\u001b[2Jfore"; expected why, in one line. Fix: write reason: "built before 2026, until 2027-03".',
		],
	],
	[
		"an exception for every repository",
		{ exceptions: [{ ...EXCEPTION, repositories: [".*"] }] },
		[
			'.exceptions.0.repositories: the patterns match every name, got [".*"]; expected patterns of some repositories. Fix: name them, as in legacy/.*.',
		],
	],
	[
		"an exception from a check that does not exist",
		{ exceptions: [{ ...EXCEPTION, checks: ["sigs"], until: "2027-03" }] },
		[
			'.exceptions.0.checks.0: not valid, got "sigs"; expected one of "labels" | "platforms" | "size" | "sbom" | "signature". Fix: write checks: [sbom].',
			'.exceptions.0.until: unknown key, got "until"; expected one of repositories | checks | owner | reason. Fix: remove it.',
		],
	],
])("%s", (_name, change, expected) => {
	test("is refused with a fix", () => {
		expect(problems(change)).toEqual(expected);
	});
});
