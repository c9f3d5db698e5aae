import { z } from "zod";
import { HOME_TIERS } from "../../topology/estate.ts";
import { HOME, JOBS, PROMOTER_JOB, PROMOTION } from "../../topology/names.ts";
import { FIRST_GENERATION } from "../../topology/rotation.ts";
import {
	addresses,
	anyPatterns,
	flag,
	folder,
	generations,
	host,
	labels,
	port,
	regionName,
	replicas,
	retention,
	schedule,
	storage,
	strictNames,
	strictTags,
	timeZone,
} from "./fields.ts";
import { identities } from "./identities.ts";
import { kubernetes } from "./kubernetes.ts";
import { explain } from "./problem.ts";
import { promotion } from "./promotion.ts";

/** How the tiers of one platform are published and stored. */
interface Place {
	/** Keys every tier has. */
	readonly tier: z.ZodRawShape;
	/** Further keys of the Archive. */
	readonly archive: z.ZodRawShape;
	/** Keys of a region. */
	readonly region: z.ZodRawShape;
	/** What a person writes first, in examples. */
	readonly example: string;
	/** The same for a region. */
	readonly regionExample: string;
}

const onMachine = {
	tier: { port },
	archive: {
		mirrorPort: port.exactOptional(),
		upstreamPort: port.exactOptional(),
	},
	region: { port, archivePort: port.exactOptional() },
	example: "port: 5101",
	regionExample: "port: 5111",
} satisfies Place;

const onCluster = {
	tier: {
		host,
		storage: storage.exactOptional(),
		replicas: replicas.exactOptional(),
	},
	archive: { mirrorHost: host.exactOptional() },
	region: {
		host,
		archiveHost: host.exactOptional(),
		storage: storage.exactOptional(),
	},
	example: "host: sandbox.registry.example.com",
	regionExample: "host: prod-eu.registry.example.com",
} satisfies Place;

const anonymousPull = flag("anonymousPull").exactOptional();

function tiersOn<P extends Place>({ tier, archive, example }: P) {
	const common = {
		...(tier as P["tier"]),
		names: strictNames.exactOptional(),
		tags: strictTags.exactOptional(),
		requiredLabels: labels.exactOptional(),
	};
	const swept = { ...common, retention: retention.exactOptional() };
	const anyNames = {
		names: anyPatterns.exactOptional(),
		tags: anyPatterns.exactOptional(),
	};
	const rule = (name: string) => ({
		error: explain({
			expected: `the settings of the tier ${name}`,
			fix: `write ${name}: { ${example.replace("sandbox", name)} }`,
		}),
	});
	const homeTiers = {
		sandbox: z.strictObject(
			{ ...swept, ...anyNames, open: flag("open").exactOptional() },
			rule("sandbox"),
		),
		"ci-tests": z.strictObject({ ...swept, anonymousPull }, rule("ci-tests")),
		"ci-snapshots": z.strictObject(
			{ ...swept, anonymousPull },
			rule("ci-snapshots"),
		),
		prod: z.strictObject(common, rule("prod")),
	};
	const archiveTier = z.strictObject(
		{
			...common,
			...anyNames,
			anonymousPull,
			schedule: schedule.default("30 3 * * *"),
			timeZone: timeZone.default("UTC"),
			lists: folder("archive").default("archive"),
			...(archive as P["archive"]),
		},
		rule("archive"),
	);
	return z.strictObject(
		{ ...homeTiers, archive: archiveTier.exactOptional() },
		{
			error: explain({
				expected: `the tiers ${HOME_TIERS.join(", ")}`,
				fix: "add the tiers as in Pulumi.dev.yaml of this project",
			}),
		},
	);
}

// Gates, fronts and, on a cluster, namespaces are named after locations.
const TAKEN_NAMES = [
	HOME,
	PROMOTION,
	...HOME_TIERS,
	"archive",
	JOBS,
	PROMOTER_JOB,
];

const regionsOn = <P extends Place>({ region, regionExample }: P) =>
	z
		.record(
			regionName(TAKEN_NAMES),
			z.strictObject(
				{ ...(region as P["region"]), anonymousPull },
				{
					error: explain({
						expected: "the settings of a region",
						fix: `write eu: { ${regionExample} }`,
					}),
				},
			),
			{
				error: explain({
					expected: "regions by name",
					fix: `write regions: { eu: { ${regionExample} } }`,
				}),
			},
		)
		.default({});

const platformRule = {
	error: explain({
		expected: '"docker" | "kubernetes"',
		fix: "write platform: docker",
	}),
};

const everywhere = {
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
};

const estateRule = {
	error: explain({
		expected: "the description of the estate",
		fix: "write the keys platform, tiers and promotion as in Pulumi.dev.yaml of this project",
	}),
};

const onDocker = z.strictObject(
	{
		platform: z.literal("docker", platformRule),
		addresses: addresses.exactOptional(),
		tiers: tiersOn(onMachine),
		regions: regionsOn(onMachine),
		...everywhere,
	},
	estateRule,
);

const onKubernetes = z.strictObject(
	{
		platform: z.literal("kubernetes", platformRule),
		kubernetes,
		tiers: tiersOn(onCluster),
		regions: regionsOn(onCluster),
		...everywhere,
	},
	estateRule,
);

/** The whole configuration of a stack, as it stands under `registry-tiers:estate`, by where it runs. */
export function estateSchema(
	raw: unknown,
): typeof onDocker | typeof onKubernetes {
	const platform = (raw as { readonly platform?: unknown } | null | undefined)
		?.platform;
	return platform === "kubernetes" ? onKubernetes : onDocker;
}
