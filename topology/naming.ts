import type { TierKind } from "./tier-kinds.ts";

/** Which repository names and tags a tier takes. Patterns are anchored at both ends when compiled. */
export interface NamingRule {
	/** A name must match one of these. */
	readonly names: readonly string[];
	/** A tag must match one of these. */
	readonly tags: readonly string[];
	/** `sha256-…` tags of signatures, attestations and SBOMs are taken besides. */
	readonly fallbackTags: boolean;
	/** The rules in words, for a person whose push was refused. */
	readonly nameHelp: string;
	readonly tagHelp: string;
}

const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";

/** Repository names, https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests */
export const REPOSITORY_NAME = new RegExp(`^${PART}(?:/${PART})*$`);

/** Tags, same section of the specification. */
export const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Digests the registries of this project store: distribution fails the conformance tests for sha512. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Tags that carry signatures, attestations and SBOMs of the manifest they name: the referrers
 * fallback of the specification, and the older suffixes of cosign.
 */
export const FALLBACK_TAG = /^sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?$/;

/**
 * Where the self-test keeps the images it writes. Every tier takes the name, whatever names it is
 * configured to take: a rule that refused it could not be told from a missing right.
 */
export const SELF_TEST_REPOSITORY = "self-test/access";

/** distribution answers 500 to longer names; the specification's limit includes the host. */
export const MAX_NAME_LENGTH = 255;

const TEAM_APP = `${PART}/${PART}`;
const ANY_NAME = `${PART}(?:/${PART})*`;
const ANY_TAG = "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";
const COMMIT = "[0-9a-f]{7,40}";
const NUMBER = "(?:0|[1-9][0-9]*)";
const SEMVER = `${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`;

/** What each kind of tier takes unless its configuration says otherwise. */
export const DEFAULT_NAMING: Readonly<
	Record<TierKind, Pick<NamingRule, "names" | "tags">>
> = {
	sandbox: { names: [ANY_NAME], tags: [ANY_TAG] },
	"ci-tests": {
		names: [TEAM_APP],
		tags: [`pr-[1-9][0-9]*-${COMMIT}`, "run-[0-9A-Za-z][0-9A-Za-z._-]*"],
	},
	"ci-snapshots": {
		names: [TEAM_APP],
		tags: [`main-[1-9][0-9]*-${COMMIT}`, `${SEMVER}-${COMMIT}`],
	},
	prod: { names: [TEAM_APP], tags: [SEMVER] },
	cache: { names: [ANY_NAME], tags: [ANY_TAG] },
	// The repository is the upstream's full name, e.g. docker.io/library/nginx.
	archive: { names: [ANY_NAME], tags: [ANY_TAG] },
};

// A tag that the default patterns take, another one for each number from 1 on.
const EXAMPLE_TAGS: Readonly<Record<TierKind, (number: number) => string>> = {
	sandbox: (number) => `self-test-${number}`,
	"ci-tests": (number) => `run-self-test-${number}`,
	"ci-snapshots": (number) => `main-${number}-0000000`,
	prod: (number) => `0.0.0-self-test.${number}`,
	cache: (number) => `self-test-${number}`,
	archive: (number) => `self-test-${number}`,
};

// Forms that patterns of one's own often take.
const FURTHER_EXAMPLES: readonly ((number: number) => string)[] = [
	(number) => `v0.0.0-self-test.${number}`,
	(number) => `v0.0.${number}`,
	(number) => `0.0.${number}`,
	(number) => `${number}`,
];

// The default patterns in words.
const DEFAULT_HELP: Readonly<
	Record<TierKind, Pick<NamingRule, "nameHelp" | "tagHelp">>
> = {
	sandbox: { nameHelp: "any name", tagHelp: "any tag" },
	"ci-tests": {
		nameHelp: "team/app",
		tagHelp: "pr-<n>-<sha> or run-<id>",
	},
	"ci-snapshots": {
		nameHelp: "team/app",
		tagHelp: "main-<n>-<sha> or <version>-<sha>",
	},
	prod: { nameHelp: "team/app", tagHelp: "a semantic version such as 1.4.2" },
	cache: { nameHelp: "any name", tagHelp: "any tag" },
	archive: { nameHelp: "any name", tagHelp: "any tag" },
};

/** The rule of a tier: its kind's, with the patterns its configuration replaces. */
export function namingRule(
	kind: TierKind,
	fallbackTags: boolean,
	own: Partial<Pick<NamingRule, "names" | "tags">> = {},
): NamingRule {
	const { names, tags } = { ...DEFAULT_NAMING[kind], ...own };
	return {
		names: own.names ? [...own.names, SELF_TEST_REPOSITORY] : names,
		tags,
		fallbackTags,
		nameHelp: own.names
			? `a name like ${own.names.join(" or ")}`
			: DEFAULT_HELP[kind].nameHelp,
		tagHelp: own.tags
			? `a tag like ${own.tags.join(" or ")}`
			: DEFAULT_HELP[kind].tagHelp,
	};
}

// Patterns are few and from the configuration; what is matched against them are thousands of tags.
const compiled = new Map<string, RegExp>();

/** One pattern as it is enforced: anchored, so that `main-1-abcdef0` cannot hide in a longer tag. */
export function anchored(pattern: string): RegExp {
	const known = compiled.get(pattern);
	if (known) return known;
	const regExp = new RegExp(`^(?:${pattern})$`);
	compiled.set(pattern, regExp);
	return regExp;
}

const matchesAny = (patterns: readonly string[], value: string) =>
	patterns.some((pattern) => anchored(pattern).test(value));

/** Whether a tier with this rule takes the repository name. */
export function acceptsName(rule: NamingRule, name: string): boolean {
	return (
		name.length <= MAX_NAME_LENGTH &&
		REPOSITORY_NAME.test(name) &&
		matchesAny(rule.names, name)
	);
}

/** Whether a tier with this rule takes the tag. */
export function acceptsTag(rule: NamingRule, tag: string): boolean {
	if (FALLBACK_TAG.test(tag)) return rule.fallbackTags;
	return TAG.test(tag) && matchesAny(rule.tags, tag);
}

/**
 * A tag that a tier with this rule takes, another one for each number from 1 on. Undefined where the
 * patterns are such that none of the usual forms fits.
 */
export function exampleTag(
	rule: NamingRule,
	number: number,
): string | undefined {
	return [...Object.values(EXAMPLE_TAGS), ...FURTHER_EXAMPLES]
		.map((example) => example(number))
		.find((tag) => acceptsTag(rule, tag));
}

// Tags with nothing in common. A pattern that takes them all takes everything.
const UNRELATED_TAGS = ["latest", "1.4.2", "main-7-0a1b2c3", "_", "Z9..-x"];

/** Whether the patterns together accept every tag, which outside Sandbox is no rule at all. */
export function matchesEveryTag(patterns: readonly string[]): boolean {
	return UNRELATED_TAGS.every((tag) => matchesAny(patterns, tag));
}

const UNRELATED_NAMES = [
	"a",
	"team/app",
	"x/y/z",
	"0.b__c--d/e",
	"library/nginx/1",
];

/** Whether the patterns together accept every repository name, which outside Sandbox is no rule at all. */
export function matchesEveryName(patterns: readonly string[]): boolean {
	return UNRELATED_NAMES.every((name) => matchesAny(patterns, name));
}
