import { Cron } from "croner";
import { z } from "zod";
import { networksIn, parseRange } from "../../topology/addresses.ts";
import { matchesEveryName, matchesEveryTag } from "../../topology/naming.ts";
import { explain } from "./problem.ts";

/** An on-off switch. */
export const flag = (key: string) =>
	z.boolean({
		error: explain({
			expected: "true or false",
			fix: `write ${key}: true, or remove it`,
		}),
	});

const portRule = {
	expected: "a whole number from 1024 to 65535",
	fix: "choose a free port such as 5101",
};
const portRange = explain({ wrong: "port out of range", ...portRule });

/** A TCP port that needs no privilege. */
export const port = z
	.int({ error: explain(portRule) })
	.min(1024, { error: portRange })
	.max(65535, { error: portRange });

/** A list with something in it. */
export const list = <T extends z.ZodType>(item: T, what: string) =>
	z
		.array(item, {
			error: explain({ expected: `a list of ${what}`, fix: "write a list" }),
		})
		.min(1, {
			error: explain({
				wrong: "empty list",
				expected: `at least one of ${what}`,
				fix: "remove the key to get the default",
			}),
		});

// Patterns are compiled by the gate as `^(?:…)$`; printable ASCII keeps look-alike letters out.
const patternRule = {
	expected: "a regular expression of printable ASCII characters",
	fix: "write a pattern such as team-a/[a-z-]+, without ^ and $",
};

/** A regular expression that is anchored at both ends where it is used. */
export const pattern = z
	.string({ error: explain(patternRule) })
	.regex(/^[\x21-\x7e]+$/, { error: explain(patternRule) })
	.refine(compiles, { error: explain(patternRule) });

/** Whether a pattern is a regular expression. */
export function compiles(source: string): boolean {
	try {
		new RegExp(`^(?:${source})$`);
		return true;
	} catch {
		return false;
	}
}

/** Patterns without a further rule, for Sandbox and Archive. */
export const anyPatterns = list(pattern, "patterns");

/** Patterns for names that refuse something: rules are what the tier is for. */
export const strictNames = anyPatterns.refine(
	refusesSomething(matchesEveryName),
	{
		error: explain({
			wrong: "the patterns match every name",
			expected: "patterns that refuse something, outside sandbox",
			fix: "narrow the pattern, or remove the key to get team/app",
		}),
	},
);

/** Patterns for some repositories among all. */
export const someNames = anyPatterns.refine(
	refusesSomething(matchesEveryName),
	{
		error: explain({
			wrong: "the patterns match every name",
			expected: "patterns of some repositories",
			fix: "name them, as in legacy/.*",
		}),
	},
);

/** Patterns for tags that refuse something. */
export const strictTags = anyPatterns.refine(
	refusesSomething(matchesEveryTag),
	{
		error: explain({
			wrong: "the patterns match every tag",
			expected: "patterns that refuse something, outside sandbox",
			fix: "narrow the pattern, or remove the key to get the tier's own",
		}),
	},
);

// zod asks this even when a pattern did not compile, which is a problem of its own.
function refusesSomething(
	matchesEverything: (patterns: readonly string[]) => boolean,
) {
	return (patterns: readonly string[]) =>
		!patterns.every(compiles) || !matchesEverything(patterns);
}

const labelRule = {
	expected: "the name of a label",
	fix: "write a name such as org.opencontainers.image.source",
};

/** Names of labels an image must carry. */
export const labels = list(
	z
		.string({ error: explain(labelRule) })
		.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, {
			error: explain(labelRule),
		}),
	"label names",
);

const scheduleRule = {
	expected:
		"a cron expression of five fields: minute, hour, day of month, month, day of week",
	fix: 'write a schedule such as "*/10 * * * *"',
};

/** A cron expression as Kubernetes takes it: croner's seconds, years and @-names are left out. */
export const schedule = z
	.string({ error: explain(scheduleRule) })
	.refine((text) => text.split(" ").length === 5 && isCron(text), {
		error: explain(scheduleRule),
	});

function isCron(text: string): boolean {
	try {
		new Cron(text, { paused: true });
		return true;
	} catch {
		return false;
	}
}

const timeZoneRule = {
	expected: "the IANA name of a time zone",
	fix: "write UTC or a name such as Europe/Berlin",
};

/** A time zone by name; offsets such as +01:00 are taken by Intl but by no CronJob. */
export const timeZone = z
	.string({ error: explain(timeZoneRule) })
	.refine((name) => /^[A-Za-z]/.test(name) && isTimeZone(name), {
		error: explain(timeZoneRule),
	});

function isTimeZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return true;
	} catch {
		return false;
	}
}

/** A folder of the checkout. */
export const folder = (example: string) =>
	path(
		"a folder, relative to the checkout",
		`write ${example}, or remove the key`,
	);

/** A file of the checkout. */
export const file = (example: string) =>
	path("a file, relative to the checkout", `write ${example}`);

function path(expected: string, fix: string) {
	const error = explain({ expected, fix });
	return z.string({ error }).regex(/^[\x20-\x7e]+$/, { error });
}

/** A whole number that is not below the least. */
export const whole = (least: number, expected: string, fix: string) =>
	z
		.int({ error: explain({ expected, fix }) })
		.min(least, { error: explain({ wrong: "too small", expected, fix }) });

/** Which tags cleanup leaves. A day is the least: a push or a promotion may be under way. */
export const retention = z.strictObject(
	{
		days: whole(1, "a whole number of days, at least 1", "write days: 7"),
		keep: whole(
			0,
			"how many tags of each repository stay, 0 or more",
			"write keep: 20",
		),
	},
	{
		error: explain({
			expected: "how long tags stay and how many",
			fix: "write retention: { days: 7, keep: 20 }",
		}),
	},
);

/** How often each of some secrets was replaced. */
export const generations = z.record(
	z.string(),
	whole(1, "a whole number, 1 or more", "raise the number by one"),
	{
		error: explain({
			expected: "numbers by name",
			fix: "write { sandbox: 2 }",
		}),
	},
);

/** Names that become part of host names: RFC 1123 labels, with room for what is put before and behind. */
const MAX_REGION_LENGTH = 20;
const regionRule = {
	expected: `a name of lower-case letters, digits and -, at most ${MAX_REGION_LENGTH}, that no part of the estate has`,
	fix: "choose a name such as eu",
};

/** Name of a region. */
export const regionName = (taken: readonly string[]) =>
	z
		.string()
		.regex(/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, { error: explain(regionRule) })
		.max(MAX_REGION_LENGTH, { error: explain(regionRule) })
		.refine((name) => !taken.includes(name), { error: explain(regionRule) });

// Networks of 32 addresses for the largest estate anybody would try on one machine.
const LEAST_NETWORKS = 64;
const addressRule = {
	expected:
		"a private IPv4 range of /21 or larger, without bits behind its prefix",
	fix: "write addresses: 10.213.0.0/20, or remove the key",
};

/** Range of addresses for the networks of a Docker estate. */
export const addresses = z
	.string({ error: explain(addressRule) })
	.refine(isPrivateRange, { error: explain(addressRule) });

function isPrivateRange(text: string): boolean {
	const range = parseRange(text);
	if (!range || networksIn(range) < LEAST_NETWORKS) return false;
	return PRIVATE_RANGES.some(
		({ first, prefix }) =>
			range.prefix >= prefix &&
			Math.floor(range.first / 2 ** (32 - prefix)) ===
				Math.floor(first / 2 ** (32 - prefix)),
	);
}

// https://www.rfc-editor.org/rfc/rfc1918#section-3
const PRIVATE_RANGES = [
	"10.0.0.0/8",
	"172.16.0.0/12",
	"192.168.0.0/16",
].flatMap((text) => parseRange(text) ?? []);

const hostRule = {
	expected: "a host name of lower-case letters, digits, - and dots",
	fix: "write a name such as prod.registry.example.com",
};

/** A host name that clients outside use, without a port. */
export const host = z
	.string({ error: explain(hostRule) })
	.max(253, { error: explain(hostRule) })
	.regex(
		/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/,
		{ error: explain(hostRule) },
	);

const storageRule = {
	expected: "a size as Kubernetes writes it, in Mi, Gi or Ti",
	fix: "write a size such as 50Gi",
};

/** The size of a claim. */
export const storage = z
	.string({ error: explain(storageRule) })
	.regex(/^[1-9][0-9]{0,5}(?:Mi|Gi|Ti)$/, { error: explain(storageRule) });

/** The name of an object in a cluster. */
export function clusterName(example: string) {
	const error = explain({
		expected: "a name of lower-case letters, digits, - and dots",
		fix: `write a name such as ${example}`,
	});
	return z
		.string({ error })
		.max(253, { error })
		.regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, { error });
}

/** How many pods a tier has over its claim: one, since no more than one may write to it. */
export const replicas = z.literal(1, {
	error: explain({
		wrong: "more pods than its claim takes",
		expected: "1: the claim of a tier is for one pod at a time",
		fix: "remove it; readers are many in the regions, whose caches have two pods each",
	}),
});
