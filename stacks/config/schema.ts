import { z } from "zod";
import {
	type ArchiveSpec,
	HOME_TIERS,
	type TierSpec,
} from "../../topology/estate.ts";
import { HOME, PROMOTION } from "../../topology/names.ts";
import { FIRST_GENERATION } from "../../topology/rotation.ts";
import {
	addresses,
	anyPatterns,
	flag,
	folder,
	generations,
	labels,
	port,
	regionName,
	retention,
	schedule,
	strictNames,
	strictTags,
	timeZone,
} from "./fields.ts";
import { identities } from "./identities.ts";
import { explain } from "./problem.ts";
import { promotion } from "./promotion.ts";

const common = {
	port,
	names: strictNames.exactOptional(),
	tags: strictTags.exactOptional(),
	requiredLabels: labels.exactOptional(),
};
const swept = { ...common, retention: retention.exactOptional() };
const anonymousPull = flag("anonymousPull").exactOptional();

const tierRule = (name: string, example: string) => ({
	error: explain({
		expected: `the settings of the tier ${name}`,
		fix: `write ${name}: { ${example} }`,
	}),
});

const homeTiers = {
	sandbox: z.strictObject(
		{
			...swept,
			names: anyPatterns.exactOptional(),
			tags: anyPatterns.exactOptional(),
			open: flag("open").exactOptional(),
		},
		tierRule("sandbox", "port: 5101"),
	),
	"ci-tests": z.strictObject(
		{ ...swept, anonymousPull },
		tierRule("ci-tests", "port: 5102"),
	),
	"ci-snapshots": z.strictObject(
		{ ...swept, anonymousPull },
		tierRule("ci-snapshots", "port: 5103"),
	),
	prod: z.strictObject(common, tierRule("prod", "port: 5104")),
} satisfies Record<(typeof HOME_TIERS)[number], z.ZodType<TierSpec>>;

const archive = z.strictObject(
	{
		...common,
		names: anyPatterns.exactOptional(),
		tags: anyPatterns.exactOptional(),
		anonymousPull,
		schedule: schedule.default("30 3 * * *"),
		timeZone: timeZone.default("UTC"),
		lists: folder("archive").default("archive"),
		mirrorPort: port.exactOptional(),
		upstreamPort: port.exactOptional(),
	},
	tierRule("archive", "port: 5105"),
) satisfies z.ZodType<ArchiveSpec>;

const tiers = z.strictObject(
	{ ...homeTiers, archive: archive.exactOptional() },
	{
		error: explain({
			expected: `the tiers ${HOME_TIERS.join(", ")}`,
			fix: "add the tiers as in Pulumi.dev.yaml of this project",
		}),
	},
);

const region = z.strictObject(
	{ port, anonymousPull, archivePort: port.exactOptional() },
	{
		error: explain({
			expected: "the settings of a region",
			fix: "write eu: { port: 5111 }",
		}),
	},
);

// Gates and fronts are named after locations.
const regions = z.record(regionName([HOME, PROMOTION]), region, {
	error: explain({
		expected: "regions by name",
		fix: "write regions: { eu: { port: 5111 } }",
	}),
});

/** The whole configuration of a stack, as it stands under `registry-tiers:estate`. */
export const estateSchema = z.strictObject(
	{
		platform: z.literal("docker", {
			error: explain({
				expected: '"docker"',
				fix: "write platform: docker",
			}),
		}),
		addresses: addresses.exactOptional(),
		tiers,
		regions: regions.default({}),
		promotion,
		identities: identities.exactOptional(),
		cleanup: z
			.strictObject(
				{
					schedule: schedule.default("0 3 * * *"),
					timeZone: timeZone.default("UTC"),
				},
				{
					error: explain({
						expected: "when cleanup runs",
						fix: 'write cleanup: { schedule: "0 3 * * *" }',
					}),
				},
			)
			.default({ schedule: "0 3 * * *", timeZone: "UTC" }),
		rotation: z
			.strictObject(
				{ keys: generations.default({}), secrets: generations.default({}) },
				{
					error: explain({
						expected: "how often keys and secrets were replaced",
						fix: "write rotation: { keys: { sandbox: 2 } }",
					}),
				},
			)
			.default(FIRST_GENERATION),
	},
	{
		error: explain({
			expected: "the description of the estate",
			fix: "write the keys platform, tiers and promotion as in Pulumi.dev.yaml of this project",
		}),
	},
);
export type EstateConfig = z.infer<typeof estateSchema>;
