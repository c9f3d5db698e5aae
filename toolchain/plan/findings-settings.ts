import type { SettingChange } from "../../topology/settings.ts";
import type { Finding, Level } from "./findings.ts";
import type { ComparedStack } from "./stack-plan.ts";

/** Settings whose change is worth a word, by their place. The first that matches counts; what none matches is in the table alone. */
const RULES: readonly {
	readonly path: RegExp;
	/** Undefined where there is nothing to say. */
	readonly level: Level | ((change: SettingChange) => Level | undefined);
	readonly what: (match: RegExpExecArray) => string;
}[] = [
	{
		path: /^stores\.(.+)$/,
		// A store that comes or goes is a resource that does.
		level: ({ before, after }) =>
			before && after ? (before === "kept" ? "danger" : "look") : undefined,
		what: ([, store]) =>
			`what happens to the images of ${store} when it goes away`,
	},
	{
		path: /^upstreams\.(.+)$/,
		level: ({ before, after }) => (before && after ? "danger" : undefined),
		what: ([, cache]) => `what the cache ${cache} copies`,
	},
	{
		// A tier that was never swept and now is loses images; so does one with a shorter rule.
		path: /^registries\.([^.]+)\.retention\.(\w+)$/,
		level: ({ before, after }) =>
			before === undefined || Number(after ?? Infinity) < Number(before)
				? "danger"
				: "look",
		what: ([, registry, rule]) => `retention of ${registry} (${rule})`,
	},
	{
		path: /^registries\.(prod|prod-rw|ci-snapshots|archive)\.(names|tags|requiredLabels|createOnlyTags|deletes)$/,
		level: "danger",
		what: ([, registry, rule]) => `what ${registry} takes (${rule})`,
	},
	{
		path: /^registries\.([^.]+)\.(names|tags|requiredLabels|createOnlyTags|deletes)$/,
		level: "look",
		what: ([, registry, rule]) => `what ${registry} takes (${rule})`,
	},
	{
		path: /^promotion\.(require|signers|exceptions|repositories)\b.*$/,
		level: "danger",
		what: ([path]) => `what Prod asks of an image (${path})`,
	},
	{
		path: /^identities\.([^.]+)\..*$/,
		level: "danger",
		what: ([path]) => `whose tokens count as whom (${path})`,
	},
	{
		path: /^(promotion|cleanup|tiers\.archive)\.(schedule|timeZone|manifests|lists)$/,
		level: "look",
		what: ([path]) => `the schedule or source of a job (${path})`,
	},
	{
		path: /^rotation\..*$/,
		level: "look",
		what: ([path]) => `a key or password (${path})`,
	},
];

/** What the configuration decides otherwise, as far as it is worth a word, and the regions that come and go. */
export function settingFindings({
	settings,
	access,
}: ComparedStack): readonly Finding[] {
	const { gone, come } = registryChanges(access);
	const about = [...gone, ...come];
	return [
		...gone.map(
			(name): Finding => ({
				level: "danger",
				text: `registry ${name} is removed, with what it holds`,
			}),
		),
		...come.map(
			(name): Finding => ({ level: "look", text: `registry ${name} is new` }),
		),
		...settings
			.filter(({ path }) => !about.some((name) => path.split(".")[1] === name))
			.flatMap(findingOf),
	];
}

function registryChanges({ before, after }: ComparedStack["access"]) {
	const had = before.map(({ registry }) => registry);
	const has = after.map(({ registry }) => registry);
	return {
		gone: had.filter((name) => !has.includes(name)),
		come: has.filter((name) => !had.includes(name)),
	};
}

function findingOf(change: SettingChange): readonly Finding[] {
	for (const { path, level, what } of RULES) {
		const match = path.exec(change.path);
		if (!match) continue;
		const { before = "not set", after = "not set" } = change;
		const grave = typeof level === "function" ? level(change) : level;
		if (grave === undefined) return [];
		return [
			{
				level: grave,
				text: `${what(match)} changes from ${before} to ${after}`,
			},
		];
	}
	return [];
}
