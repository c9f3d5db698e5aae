import { allowedVerbs } from "../../topology/access.ts";
import {
	type Account,
	type Estate,
	type Registry,
	registryNamed,
} from "../../topology/estate.ts";
import type { SwitchedOff } from "./settings.ts";

/** One run of the suite against one registry, as one identity. */
export interface ConformanceRun {
	readonly registry: Registry;
	readonly account: Account;
	/** What is run, in a word or two; the same word for the same set of rules. */
	readonly profile: string;
	readonly off: readonly SwitchedOff[];
	/** The registry whose run left the images this one reads. @default - it pushes its own */
	readonly reads?: string;
	/** What must be refused. @default - nothing */
	readonly refusals?: Refusals;
}

/** Tests of the suite that must fail, by their full names. All others must pass or be skipped. */
export interface Refusals {
	/** What the identity may not do: fails with 401, 403 or 405. */
	readonly refused: RegExp;
	/** Reads that would succeed if it had been done all the same: fails whatever the answer. */
	readonly unchanged: RegExp;
}

/** What no tier passes, because the registry server or a rule of every tier is against it. */
const CORE: readonly SwitchedOff[] = [
	{
		switches: ["data.sha512"],
		reason: "distribution does not store sha512 digests",
	},
	{
		switches: [
			"apis.referrer",
			"data.subject",
			"data.subjectMissing",
			"data.subjectList",
		],
		reason:
			"distribution has no referrers API; clients use fallback tags, which the gate merges",
	},
	{
		switches: ["data.nondistributable"],
		reason: "the gate takes no manifest whose layers are stored elsewhere",
	},
	{
		switches: ["data.sparse"],
		reason: "distribution takes a manifest only after everything it lists",
	},
];

/** A push, or a part of one, wherever in the suite. */
const PUSH =
	/\/(?:blob-(?:post|patch|mount)[a-z-]*|push\/manifest-by-(?:digest|tag))$/;
/** Reading what a push would have left. The image with the bad digest has no tag to look for. */
const PUSHED =
	/\/(?:head|pull)\/|\/blob-(?:head|get)$|(?<!\/bad-digest-image)\/tag-list$/;

/** The suite's one move of a tag: `index` is first an index of two images, then an empty one. */
const TAG_MOVE = /\/empty-index\/push\/manifest-by-tag$/;
const MOVED_TAG = /\/empty-index\/(?:head|pull)\/manifest-[a-z-]*by-tag$/;

/**
 * The runs that show what an estate's registries do for each identity that may write, what they do
 * for one that may only read, and what they refuse it. A run that reads comes after the one that
 * fills its registry.
 */
export function planRuns(estate: Estate): readonly ConformanceRun[] {
	const writable = estate.registries.filter(
		({ mode }) => mode === "read-write",
	);
	const readable = estate.registries.filter(
		({ mode }) => mode !== "read-write",
	);
	return [
		...writable.flatMap((registry) => {
			const account = writerOf(estate, registry);
			return [
				core(registry, account),
				...(registry.createOnlyTags ? [tagMove(registry, account)] : []),
			];
		}),
		...readable.flatMap((registry) => {
			const account = consumerOf(estate, registry);
			return [
				readOnly(registry, account, filledThrough(estate, registry).name),
				pushesRefused(registry, account),
			];
		}),
	];
}

function core(registry: Registry, account: Account): ConformanceRun {
	return {
		registry,
		account,
		profile: "core",
		off: [
			...CORE,
			...withoutDelete(registry, account),
			...(registry.createOnlyTags
				? [
						{
							switches: ["data.index", "data.indexList"],
							reason:
								"the suite moves the tag 'index' from one index to another, and tags never move here",
						} as const,
					]
				: []),
		],
	};
}

function tagMove(registry: Registry, account: Account): ConformanceRun {
	return {
		registry,
		account,
		profile: "tag move refused",
		off: [...CORE, ...withoutDelete(registry, account)],
		refusals: { refused: TAG_MOVE, unchanged: MOVED_TAG },
	};
}

function readOnly(
	registry: Registry,
	account: Account,
	reads: string,
): ConformanceRun {
	return {
		registry,
		account,
		profile: "read-only",
		off: [
			...CORE,
			...withoutDelete(registry, account),
			{
				switches: ["apis.push"],
				reason:
					"nobody pushes here; what needs no stored image is in 'pushes refused'",
			},
			{
				switches: ["apis.manifests.digestHeader"],
				reason:
					"the suite looks for it only on manifests that it pushed itself",
			},
			...withoutTagList(registry),
		],
		reads,
	};
}

function pushesRefused(registry: Registry, account: Account): ConformanceRun {
	return {
		registry,
		account,
		profile: "pushes refused",
		off: [
			...CORE,
			...withoutDelete(registry, account),
			...withoutTagList(registry),
		],
		refusals: { refused: PUSH, unchanged: PUSHED },
	};
}

// A list without ?n= drops it on its way to the origin: internal/client/repository.go of
// distribution 3.1.2, `tags.List`.
function withoutTagList({ mode }: Registry): readonly SwitchedOff[] {
	if (mode !== "pull-through") return [];
	return [
		{
			switches: ["apis.tags.list"],
			reason:
				"distribution's pull-through mode lists all tags, whatever ?last= says",
		},
	];
}

// Deleting blobs stays on everywhere: the fronts answer 405, which the suite takes for an answer.
function withoutDelete(
	registry: Registry,
	{ principal }: Account,
): readonly SwitchedOff[] {
	if (allowedVerbs(registry.tier, principal).includes("delete")) return [];
	return [
		{
			switches: [
				"apis.tags.delete",
				"apis.tags.atomic",
				"apis.manifests.delete",
				"apis.manifests.atomic",
			],
			reason: `${principal} may not delete here`,
		},
		{
			switches: ["apis.blobs.uploadCancel"],
			reason: `distribution asks for the right to delete, which ${principal} does not have here`,
		},
	];
}

function writerOf(estate: Estate, registry: Registry): Account {
	return found(
		accountsOf(estate, registry).find(({ principal }) =>
			allowedVerbs(registry.tier, principal).includes("create"),
		),
		`an account that writes to ${registry.name}`,
	);
}

function consumerOf(estate: Estate, registry: Registry): Account {
	return found(
		accountsOf(estate, registry).find(
			({ principal }) => principal === "consumer",
		),
		`an account of the consumer for ${registry.name}`,
	);
}

function accountsOf({ gates }: Estate, { name }: Registry): readonly Account[] {
	return gates
		.flatMap(({ accounts }) => accounts)
		.filter(({ registry }) => registry === name);
}

/** The registry through which images get into one that takes no pushes. */
function filledThrough(estate: Estate, registry: Registry): Registry {
	const { upstream } = registry;
	const { tier } = upstream
		? registryNamed(estate, upstream.registry)
		: registry;
	return found(
		estate.registries.find((r) => r.mode === "read-write" && r.tier === tier),
		`a registry through which images get into ${registry.name}`,
	);
}

function found<T>(value: T | undefined, what: string): T {
	if (value === undefined) throw new Error(`the estate lacks ${what}`);
	return value;
}
