import { Cron } from "croner";
import { z } from "zod";
import { HOME_TIERS, type TierSpec } from "../../topology/estate.ts";
import { matchesEveryName, matchesEveryTag } from "../../topology/naming.ts";
import { explain } from "./problem.ts";

const flag = (fix: string) =>
	z.boolean({ error: explain({ expected: "true or false", fix }) });

const port = z
	.int({
		error: explain({
			expected: "a whole number from 1024 to 65535",
			fix: "choose a free port such as 5101",
		}),
	})
	.min(1024, { error: portRange() })
	.max(65535, { error: portRange() });

function portRange() {
	return explain({
		wrong: "port out of range",
		expected: "a whole number from 1024 to 65535",
		fix: "choose a free port such as 5101",
	});
}

// Patterns are compiled by the gate as `^(?:…)$`; printable ASCII keeps look-alike letters out.
const patternRule = {
	expected: "a regular expression of printable ASCII characters",
	fix: "write a pattern such as team-a/[a-z-]+, without ^ and $",
};
const pattern = z
	.string({ error: explain(patternRule) })
	.regex(/^[\x21-\x7e]+$/, { error: explain(patternRule) })
	.refine(compiles, { error: explain(patternRule) });

function compiles(source: string): boolean {
	try {
		new RegExp(`^(?:${source})$`);
		return true;
	} catch {
		return false;
	}
}

const list = <T extends z.ZodType>(item: T, what: string) =>
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

const anyName = list(pattern, "patterns");
const anyTag = list(pattern, "patterns");

// Outside Sandbox a pattern that takes everything is no rule, and rules are what the tier is for.
const strictNames = anyName.refine(refusesSomething(matchesEveryName), {
	error: explain({
		wrong: "the patterns match every name",
		expected: "patterns that refuse something, outside sandbox",
		fix: "narrow the pattern, or remove the key to get team/app",
	}),
});
const strictTags = anyTag.refine(refusesSomething(matchesEveryTag), {
	error: explain({
		wrong: "the patterns match every tag",
		expected: "patterns that refuse something, outside sandbox",
		fix: "narrow the pattern, or remove the key to get the tier's own",
	}),
});

// zod asks this even when a pattern above it did not compile, which is a problem of its own.
function refusesSomething(
	matchesEverything: (patterns: readonly string[]) => boolean,
) {
	return (patterns: readonly string[]) =>
		!patterns.every(compiles) || !matchesEverything(patterns);
}

const label = z
	.string({
		error: explain({
			expected: "the name of a label",
			fix: "write a name such as org.opencontainers.image.source",
		}),
	})
	.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, {
		error: explain({
			expected: "the name of a label",
			fix: "write a name such as org.opencontainers.image.source",
		}),
	});

const common = {
	port,
	names: strictNames.exactOptional(),
	tags: strictTags.exactOptional(),
	requiredLabels: list(label, "label names").exactOptional(),
};

const anonymousPull = flag(
	"write anonymousPull: true, or remove it",
).exactOptional();

const tierRule = (name: string, example: string) => ({
	error: explain({
		expected: `the settings of the tier ${name}`,
		fix: `write ${name}: { ${example} }`,
	}),
});

const tiers = z.strictObject(
	{
		sandbox: z.strictObject(
			{
				...common,
				names: anyName.exactOptional(),
				tags: anyTag.exactOptional(),
				open: flag("write open: true, or remove it").exactOptional(),
			},
			tierRule("sandbox", "port: 5101"),
		),
		"ci-tests": z.strictObject(
			{ ...common, anonymousPull },
			tierRule("ci-tests", "port: 5102"),
		),
		"ci-snapshots": z.strictObject(
			{ ...common, anonymousPull },
			tierRule("ci-snapshots", "port: 5103"),
		),
		prod: z.strictObject(common, tierRule("prod", "port: 5104")),
	} satisfies Record<(typeof HOME_TIERS)[number], z.ZodType<TierSpec>>,
	{
		error: explain({
			expected: `the tiers ${HOME_TIERS.join(", ")}`,
			fix: "add the tiers as in Pulumi.dev.yaml of this project",
		}),
	},
);

const scheduleRule = {
	expected:
		"a cron expression of five fields: minute, hour, day of month, month, day of week",
	fix: 'write a schedule such as "*/10 * * * *"',
};
const schedule = z
	.string({ error: explain(scheduleRule) })
	// croner also takes seconds, years and @-names; Kubernetes does not.
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
const timeZone = z
	.string({ error: explain(timeZoneRule) })
	.refine(isTimeZone, { error: explain(timeZoneRule) });

function isTimeZone(name: string): boolean {
	// Offsets such as +01:00 are accepted by Intl but by no CronJob.
	if (!/^[A-Za-z]/.test(name)) return false;
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return true;
	} catch {
		return false;
	}
}

const folderRule = {
	expected: "a folder, relative to the checkout",
	fix: "write promotions, or remove the key",
};
const folder = z
	.string({ error: explain(folderRule) })
	.regex(/^[\x20-\x7e]+$/, { error: explain(folderRule) });

const platformRule = {
	expected: '"docker"',
	fix: "write platform: docker",
};

/** The whole configuration of a stack, as it stands under `registry-tiers:estate`. */
export const estateSchema = z.strictObject(
	{
		platform: z.literal("docker", { error: explain(platformRule) }),
		tiers,
		promotion: z.strictObject(
			{
				schedule,
				timeZone: timeZone.default("UTC"),
				manifests: folder.default("promotions"),
			},
			{
				error: explain({
					expected: "when promotion runs",
					fix: 'write promotion: { schedule: "*/10 * * * *" }',
				}),
			},
		),
	},
	{
		error: explain({
			expected: "the description of the estate",
			fix: "write the keys platform, tiers and promotion as in Pulumi.dev.yaml of this project",
		}),
	},
);
export type EstateConfig = z.infer<typeof estateSchema>;
