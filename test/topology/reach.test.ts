import { describe, expect, test } from "vitest";
import {
	describePart,
	type Part,
	partsAt,
	partsOf,
	reachWithout,
} from "../../topology/reach.ts";
import { devEstate } from "./dev-estate.ts";

const estate = devEstate();
const everything = lines([]);

/** What works, a line for each registry and one for promotion. */
function lines(away: readonly Part[]): readonly string[] {
	const { registries, promotion } = reachWithout(estate, away);
	return [
		...[...registries].map(([name, services]) => [name, ...services].join(" ")),
		`promotion ${promotion ? "works" : "stands still"}`,
	];
}

/** The lines that change while a part is away, as they are then. */
const changed = (...away: readonly Part[]) =>
	lines(away).filter((line) => !everything.includes(line));

const registry = (name: string, replica = 0): Part => ({
	kind: "registry",
	name,
	replica,
});

test("while nothing is away everything works, and only what can be written takes a push", () => {
	expect(everything).toEqual([
		"sandbox login pull push",
		"ci-tests login pull push",
		"ci-snapshots login pull push",
		"prod login pull",
		"archive login pull push",
		"prod-rw login pull push",
		"prod-eu login pull",
		"archive-eu login pull",
		"prod-us login pull",
		"promotion works",
	]);
});

test("the parts are all fronts, gates, registries and jobs, each replica for itself", () => {
	expect(partsOf(estate).map((part) => describePart(estate, part))).toEqual([
		"front home",
		"front promotion",
		"front eu",
		"front us",
		"gate home",
		"gate promotion",
		"gate eu",
		"gate us",
		"registry sandbox",
		"registry ci-tests",
		"registry ci-snapshots",
		"registry prod",
		"registry archive",
		"registry prod-rw",
		"registry prod-eu, replica 1 of 2",
		"registry prod-eu, replica 2 of 2",
		"registry archive-eu, replica 1 of 2",
		"registry archive-eu, replica 2 of 2",
		"registry prod-us, replica 1 of 2",
		"registry prod-us, replica 2 of 2",
		"job jobs",
		"job promoter",
	]);
});

describe("without a part", () => {
	test("a region's front takes its caches along and nothing else", () => {
		expect(changed({ kind: "front", name: "eu" })).toEqual([
			"prod-eu",
			"archive-eu",
		]);
	});

	test("home's front takes the origins along and leaves the regions and Prod's writing half", () => {
		expect(changed({ kind: "front", name: "home" })).toEqual([
			"sandbox",
			"ci-tests",
			"ci-snapshots",
			"prod",
			"archive",
			"promotion stands still",
		]);
	});

	test("home's gate takes new tokens and writes; who has a token goes on pulling", () => {
		expect(changed({ kind: "gate", name: "home" })).toEqual([
			"sandbox pull",
			"ci-tests pull",
			"ci-snapshots pull",
			"prod pull",
			"archive pull",
			"promotion stands still",
		]);
	});

	test("a region's gate takes the new tokens of that region", () => {
		expect(changed({ kind: "gate", name: "us" })).toEqual(["prod-us pull"]);
	});

	test("a registry takes its own tier and nothing else", () => {
		expect(changed(registry("sandbox"))).toEqual(["sandbox"]);
	});

	test("Prod's public half leaves promotion and the caches alone", () => {
		expect(changed(registry("prod"))).toEqual(["prod"]);
	});

	test("Prod's writing half, its front or its gate stop promotion, and consumers do not notice", () => {
		expect(changed(registry("prod-rw"))).toEqual([
			"prod-rw",
			"promotion stands still",
		]);
		expect(changed({ kind: "front", name: "promotion" })).toEqual([
			"prod-rw",
			"promotion stands still",
		]);
		expect(changed({ kind: "gate", name: "promotion" })).toEqual([
			"prod-rw pull",
			"promotion stands still",
		]);
	});

	test("one replica of a cache takes nothing, both take the cache", () => {
		expect(changed(registry("prod-eu", 0))).toEqual([]);
		expect(changed(registry("prod-eu", 1))).toEqual([]);
		expect(changed(registry("prod-eu", 0), registry("prod-eu", 1))).toEqual([
			"prod-eu",
		]);
	});

	test("the promoter takes promotion, the other jobs take nothing a client sees", () => {
		expect(changed({ kind: "job", name: "promoter" })).toEqual([
			"promotion stands still",
		]);
		expect(changed({ kind: "job", name: "jobs" })).toEqual([]);
	});
});

test("without all of home the regions serve what they hold", () => {
	expect(lines(partsAt(estate, "home"))).toEqual([
		"sandbox",
		"ci-tests",
		"ci-snapshots",
		"prod",
		"archive",
		"prod-rw",
		"prod-eu login pull",
		"archive-eu login pull",
		"prod-us login pull",
		"promotion stands still",
	]);
});

test("every part is in one location", () => {
	const located = ["home", "eu", "us"].flatMap((location) =>
		partsAt(estate, location),
	);
	expect(located).toHaveLength(partsOf(estate).length);
	expect(new Set(located.map((part) => describePart(estate, part)))).toEqual(
		new Set(partsOf(estate).map((part) => describePart(estate, part))),
	);
});
