import { expect, test } from "vitest";
import type { Estate, Registry } from "../../topology/estate.ts";
import { checkInvariants } from "../../topology/invariants/all.ts";
import { DEFAULT_RETENTION } from "../../topology/retention.ts";
import { devEstate } from "./dev-estate.ts";

const found = (estate: Estate) =>
	checkInvariants(estate)
		.filter(({ id }) => id.startsWith("EL-"))
		.map(({ id, where }) => `${id}: ${where}`);

const changed = (
	name: string,
	change: (registry: Registry) => Partial<Registry>,
): Estate => {
	const estate = devEstate();
	return {
		...estate,
		registries: estate.registries.map((registry) =>
			registry.name === name ? { ...registry, ...change(registry) } : registry,
		),
	};
};
const noFallbackTags = ({ naming }: Registry) => ({
	naming: { ...naming, fallbackTags: false },
});

test("the dev estate runs into none", () => {
	expect(found(devEstate())).toEqual([]);
});

test("EL-01: signatures must be found in the region", () => {
	expect(found(changed("prod-us", noFallbackTags))).toEqual([
		"EL-01: cache 'prod-us' takes none",
	]);
	expect(found(changed("prod", noFallbackTags))).toEqual([
		"EL-01: 'prod', the origin of 'prod-eu', takes none",
		"EL-01: 'prod', the origin of 'prod-us', takes none",
	]);
});

test.each<[string, Partial<Registry>]>([
	["deletes", { deletes: true }],
	["create-only tags", { createOnlyTags: true }],
	["retention", { retention: DEFAULT_RETENTION.sandbox as never }],
])("EL-02: a cache has no %s", (_what, change) => {
	expect(found(changed("prod-eu", () => change))).toEqual([
		"EL-02: cache 'prod-eu' has rules for writing or deleting",
	]);
});

test("EL-03: a Docker Engine's mirror is open and of Docker Hub", () => {
	expect(found(changed("archive", () => ({ flags: {} })))).toEqual([
		"EL-03: the mirror port of 'archive' wants a login",
	]);
	const mirror = { port: 5106, prefix: "quay.io" };
	expect(found(changed("archive", () => ({ mirror })))).toEqual([
		"EL-03: the mirror port of 'archive' is of 'quay.io'",
	]);
});

test("EL-04: nobody steps around a cache's front", () => {
	const estate = devEstate();
	const segments = estate.segments.map((segment) =>
		segment.name === "prod-us"
			? { ...segment, members: [...segment.members, "front:eu" as const] }
			: segment,
	);
	expect(found({ ...estate, segments })).toEqual([
		"EL-04: front:eu reaches cache 'prod-us'",
	]);
});
