import { describe, expect, test } from "vitest";
import { ConfigError, parseEstate } from "../../stacks/config/parse.ts";
import { DEV_SPEC } from "../topology/dev-estate.ts";

const { stack: _, ...valid } = DEV_SPEC;

/** The problems of a configuration, without the file name they begin with. */
function problems(raw: unknown): readonly string[] {
	try {
		parseEstate(raw, "dev", "Pulumi.dev.yaml");
		return [];
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const [head, ...lines] = error.message.split("\n");
		expect(head).toBe("Pulumi.dev.yaml does not describe an estate:");
		return lines.map((line) =>
			line.replace("  Pulumi.dev.yaml:registry-tiers:estate", ""),
		);
	}
}

const withTier = (tier: string, change: object) => ({
	...valid,
	tiers: {
		...valid.tiers,
		[tier]: { ...valid.tiers[tier as keyof typeof valid.tiers], ...change },
	},
});
const withPromotion = (change: object) => ({
	...valid,
	promotion: { ...valid.promotion, ...change },
});

test("a valid configuration becomes the estate's description", () => {
	expect(parseEstate(valid, "dev", "Pulumi.dev.yaml")).toEqual(DEV_SPEC);
});

test("promotion needs a schedule; the rest has defaults", () => {
	const { promotion } = parseEstate(
		{ ...valid, promotion: { schedule: "0 3 * * *" } },
		"dev",
		"f",
	);
	expect(promotion).toEqual({
		schedule: "0 3 * * *",
		timeZone: "UTC",
		manifests: "promotions",
		fullCheckEvery: 24,
		require: {
			labels: [
				"org.opencontainers.image.source",
				"org.opencontainers.image.revision",
			],
			platforms: ["linux/amd64"],
			maxLayerMiB: 4096,
			maxImageMiB: 10240,
			sbom: true,
		},
		signers: { ci: { kind: "estate-key" } },
		exceptions: [],
	});
});

test("all problems are shown at once, sorted by path", () => {
	const raw = {
		platform: "docker",
		teirs: {},
		promotion: { schedule: "60 * * * *" },
		tiers: {
			sandbox: { port: 70000 },
			"ci-tests": { port: 5102 },
			"ci-snapshots": { port: 5102 },
		},
	};
	expect(problems(raw).map((line) => line.split(": ")[0])).toEqual([
		".promotion.schedule",
		".teirs",
		".tiers.ci-snapshots.port",
		".tiers.prod",
		".tiers.sandbox.port",
	]);
});

// The numbers are those of the catalogue of bad input.
describe.each<[string, unknown, readonly string[]]>([
	[
		"1 unknown key",
		{ ...valid, teirs: {} },
		[
			'.teirs: unknown key, did you mean tiers?, got "teirs"; expected one of platform | addresses | tiers | regions | promotion | identities | cleanup | rotation. Fix: rename it to tiers.',
		],
	],
	[
		"2 missing tier prod",
		{ ...valid, tiers: { ...valid.tiers, prod: undefined } },
		[
			".tiers.prod: missing; expected the settings of the tier prod. Fix: write prod: { port: 5101 }.",
		],
	],
	[
		"4 tier kind not in enum",
		{ ...valid, tiers: { ...valid.tiers, staging: { port: 5200 } } },
		[
			'.tiers.staging: unknown key, got "staging"; expected one of sandbox | ci-tests | ci-snapshots | prod | archive. Fix: remove it.',
		],
	],
	[
		"13 port 0",
		withTier("prod", { port: 0 }),
		[
			".tiers.prod.port: port out of range, got 0; expected a whole number from 1024 to 65535. Fix: choose a free port such as 5101.",
		],
	],
	[
		"13 port 70000",
		withTier("prod", { port: 70000 }),
		[
			".tiers.prod.port: port out of range, got 70000; expected a whole number from 1024 to 65535. Fix: choose a free port such as 5101.",
		],
	],
	[
		"13 port as text",
		withTier("prod", { port: "5104" }),
		[
			'.tiers.prod.port: not valid, got "5104"; expected a whole number from 1024 to 65535. Fix: choose a free port such as 5101.',
		],
	],
	[
		"14 port clash between two registries",
		withTier("prod", { port: 5101 }),
		[
			".tiers.prod.port: port taken twice, got 5101; expected another port than tiers.sandbox.port. Fix: choose a free port.",
		],
	],
	...["0 */5 * * * *", "60 * * * *", "@reboot", "* * * *", ""].map(
		(schedule): [string, unknown, readonly string[]] => [
			`19 cron ${schedule}`,
			withPromotion({ schedule }),
			[
				`.promotion.schedule: not valid, got ${JSON.stringify(schedule)}; expected a cron expression of five fields: minute, hour, day of month, month, day of week. Fix: write a schedule such as "*/10 * * * *".`,
			],
		],
	),
	...["Mars/Olympus", "+01:00", ""].map(
		(timeZone): [string, unknown, readonly string[]] => [
			`19 time zone ${timeZone}`,
			withPromotion({ timeZone }),
			[
				`.promotion.timeZone: not valid, got ${JSON.stringify(timeZone)}; expected the IANA name of a time zone. Fix: write UTC or a name such as Europe/Berlin.`,
			],
		],
	),
	[
		"22 deletes on prod",
		withTier("prod", { deletes: true }),
		[
			'.tiers.prod.deletes: unknown key, got "deletes"; expected one of port | names | tags | requiredLabels. Fix: remove it.',
		],
	],
	[
		"23 writers of prod",
		withTier("prod", { writers: ["ci"] }),
		[
			'.tiers.prod.writers: unknown key, got "writers"; expected one of port | names | tags | requiredLabels. Fix: remove it.',
		],
	],
	[
		"24 anonymous write outside Sandbox",
		withTier("ci-tests", { open: true }),
		[
			'.tiers.ci-tests.open: unknown key, got "open"; expected one of port | names | tags | requiredLabels | retention | anonymousPull. Fix: remove it.',
		],
	],
	[
		"24 anonymous pull from Prod",
		withTier("prod", { anonymousPull: true }),
		[
			'.tiers.prod.anonymousPull: unknown key, got "anonymousPull"; expected one of port | names | tags | requiredLabels. Fix: remove it.',
		],
	],
	[
		"25 Sandbox as the source of promotion",
		withPromotion({ from: "sandbox" }),
		[
			'.promotion.from: unknown key, got "from"; expected one of schedule | timeZone | manifests | fullCheckEvery | repositories | require | signers | exceptions. Fix: remove it.',
		],
	],
	[
		"39 a platform that does not exist",
		{ ...valid, platform: "aws" },
		[
			'.platform: not valid, got "aws"; expected "docker" | "kubernetes". Fix: write platform: docker.',
		],
	],
	[
		"41 YAML: NO is not a boolean",
		withTier("sandbox", { open: "NO" }),
		[
			'.tiers.sandbox.open: not valid, got "NO"; expected true or false. Fix: write open: true, or remove it.',
		],
	],
	[
		"42 prototype keys",
		JSON.parse(
			`{"platform":"docker","promotion":{"schedule":"0 3 * * *","constructor":1},"tiers":{"sandbox":{"port":5101,"__proto__":{}},"ci-tests":{"port":5102},"ci-snapshots":{"port":5103},"prod":{"port":5104}}}`,
		),
		[
			'.promotion.constructor: unknown key, got "constructor"; expected one of schedule | timeZone | manifests | fullCheckEvery | repositories | require | signers | exceptions. Fix: remove it.',
			'.tiers.sandbox.__proto__: unknown key, got "__proto__"; expected one of port | names | tags | requiredLabels | retention | open. Fix: remove it.',
		],
	],
	[
		"43 look-alike letters and direction marks",
		withTier("prod", { names: ["tеam/\u202eapp"] }),
		[
			'.tiers.prod.names.0: not valid, got "t\\u{435}am/\\u{202e}app"; expected a regular expression of printable ASCII characters. Fix: write a pattern such as team-a/[a-z-]+, without ^ and $.',
		],
	],
	[
		"a pattern that is no regular expression",
		withTier("prod", { tags: ["(["] }),
		[
			'.tiers.prod.tags.0: not valid, got "(["; expected a regular expression of printable ASCII characters. Fix: write a pattern such as team-a/[a-z-]+, without ^ and $.',
		],
	],
	[
		"patterns that match every tag outside Sandbox",
		withTier("ci-tests", { tags: [".*"] }),
		[
			'.tiers.ci-tests.tags: the patterns match every tag, got [".*"]; expected patterns that refuse something, outside sandbox. Fix: narrow the pattern, or remove the key to get the tier\'s own.',
		],
	],
	[
		"patterns that match every name outside Sandbox",
		withTier("prod", { names: [".+"] }),
		[
			'.tiers.prod.names: the patterns match every name, got [".+"]; expected patterns that refuse something, outside sandbox. Fix: narrow the pattern, or remove the key to get team/app.',
		],
	],
	["Sandbox may take every tag", withTier("sandbox", { tags: [".*"] }), []],
	[
		"5 a region whose name no host can have",
		{ ...valid, regions: { EU_west: { port: 5131 } } },
		[
			'.regions.EU_west: not valid, got "EU_west"; expected a name of lower-case letters, digits and -, at most 20, that no part of the estate has. Fix: choose a name such as eu.',
		],
	],
	[
		"5 a region that is called like home",
		{ ...valid, regions: { home: { port: 5131 } } },
		[
			'.regions.home: not valid, got "home"; expected a name of lower-case letters, digits and -, at most 20, that no part of the estate has. Fix: choose a name such as eu.',
		],
	],
	[
		"7 a region without a port",
		{ ...valid, regions: { eu: {} } },
		[
			".regions.eu.port: missing; expected a whole number from 1024 to 65535. Fix: choose a free port such as 5101.",
		],
	],
	[
		"14 port clash between a region and the Archive",
		{ ...valid, regions: { eu: { port: 5106 } } },
		[
			".regions.eu.port: port taken twice, got 5106; expected another port than tiers.archive.mirrorPort. Fix: choose a free port.",
		],
	],
	[
		"21 retention below a day",
		withTier("ci-tests", { retention: { days: 0.5, keep: -1 } }),
		[
			".tiers.ci-tests.retention.days: not valid, got 0.5; expected a whole number of days, at least 1. Fix: write days: 7.",
			".tiers.ci-tests.retention.keep: too small, got -1; expected how many tags of each repository stay, 0 or more. Fix: write keep: 20.",
		],
	],
	[
		"21 retention on Prod, which is never swept",
		withTier("prod", { retention: { days: 7, keep: 0 } }),
		[
			'.tiers.prod.retention: unknown key, got "retention"; expected one of port | names | tags | requiredLabels. Fix: remove it.',
		],
	],
	[
		"30 addresses that are no range",
		{ ...valid, addresses: "10.213.0.1/20" },
		[
			'.addresses: not valid, got "10.213.0.1/20"; expected a private IPv4 range of /21 or larger, without bits behind its prefix. Fix: write addresses: 10.213.0.0/20, or remove the key.',
		],
	],
	[
		"30 addresses of everybody",
		{ ...valid, addresses: "8.0.0.0/8" },
		[
			'.addresses: not valid, got "8.0.0.0/8"; expected a private IPv4 range of /21 or larger, without bits behind its prefix. Fix: write addresses: 10.213.0.0/20, or remove the key.',
		],
	],
	[
		"a rotation of secrets the estate does not have",
		{
			...valid,
			regions: {},
			rotation: { keys: { "prod-eu": 2 }, secrets: { "ci-prod": 0 } },
		},
		[
			".rotation.secrets.ci-prod: too small, got 0; expected a whole number, 1 or more. Fix: raise the number by one.",
		],
	],
	[
		"a rotation of a key the estate does not have",
		{ ...valid, regions: {}, rotation: { keys: { "prod-eu": 2 } } },
		[
			'.rotation.keys.prod-eu: no such name, got "prod-eu"; expected one of sandbox | ci-tests | ci-snapshots | prod | archive | prod-rw. Fix: remove it.',
		],
	],
	[
		"no configuration at all",
		undefined,
		[
			": missing; expected the description of the estate. Fix: write the keys platform, tiers and promotion as in Pulumi.dev.yaml of this project.",
		],
	],
	[
		"a configuration that is no object",
		["docker"],
		[
			': not valid, got ["docker"]; expected the description of the estate. Fix: write the keys platform, tiers and promotion as in Pulumi.dev.yaml of this project.',
		],
	],
])("%s", (_name, raw, expected) => {
	test(expected.length > 0 ? "is refused with a fix" : "is taken", () => {
		expect(problems(raw)).toEqual(expected);
	});
});
