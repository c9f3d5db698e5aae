import { registryNamed } from "../../topology/estate.ts";
import {
	describePart,
	type Part,
	partsOf,
	type Reach,
	reachWithout,
	type Service,
} from "../../topology/reach.ts";
import { type Check, expectEqual } from "./checks.ts";
import { startParts, stopParts } from "./containers.ts";
import { type Observation, readyProbes } from "./probe.ts";
import { placeProbes, probePromotion } from "./probe-images.ts";
import { replacement } from "./replacement.ts";
import type { RunningEstate } from "./running-estate.ts";

/**
 * Stops each part of the estate in turn and compares what still works with what the topology says
 * must: a token, a pull and, where the tier is written to, a push at every tier, and a promotion.
 */
export function independence(running: RunningEstate): readonly Check[] {
	const { estate } = running;
	const everything = reachWithout(estate, []);
	const stopped = partsOf(estate).map((part): Check => {
		const reach = reachWithout(estate, [part]);
		return {
			promise: `without ${describePart(estate, part)}: ${describeLoss(everything, reach)}`,
			run: () => without(running, part, reach),
		};
	});
	return [
		{
			promise: "every tier takes and gives what it is there for",
			run: async () => {
				await placeProbes(running);
				await readyProbes(running);
			},
			needed: true,
		},
		...stopped,
		...replacement(
			running,
			registryNamed(estate, "sandbox"),
			registryNamed(estate, "ci-tests"),
		),
		{
			promise: "everything is back by itself",
			run: async () => {
				await readyProbes(running);
				await promotes(running);
			},
		},
	];
}

async function without(
	running: RunningEstate,
	part: Part,
	reach: Reach,
): Promise<void> {
	const probes = await readyProbes(running);
	try {
		await stopParts(running, [part]);
		const [observations] = await Promise.all([
			Promise.all(probes.map((probe) => probe.observe())),
			// Where it must not work it is not tried: the job waits a minute for what is away.
			reach.promotion && promotes(running),
		]);
		const wrong = observations.flatMap((seen) => [
			...unexpected(seen, reach.registries.get(seen.registry.name) ?? []),
			...(part.kind === "front" ? [] : unsaid(seen)),
		]);
		if (wrong.length > 0) throw new Error(wrong.join("\n"));
	} finally {
		await startParts(running, [part]);
	}
}

function unexpected(
	{ registry, works, reasons }: Observation,
	expected: readonly Service[],
): readonly string[] {
	if (works.join() === expected.join()) return [];
	return [
		`${registry.name} gives ${words(works)}, expected ${words(expected)}: ${reasons.join("; ")}`,
	];
}

// A front that is up tells clients that something behind it is not, as a registry would.
const unsaid = ({ reasons }: Observation): readonly string[] =>
	reasons
		.filter((reason) => !reason.includes("UNAVAILABLE"))
		.map((reason) => `not answered with UNAVAILABLE: ${reason}`);

// Of an image that is there already: both ends are asked, and nothing new is left behind.
async function promotes(running: RunningEstate): Promise<void> {
	const { code, counts, text } = await running.promote(probePromotion(running));
	expectEqual(`the exit code of ${text}`, code, 0);
	expectEqual("the number of images in Prod", counts.present, 1);
}

/** In words, what an estate loses; e.g. `no login at prod-us; everything else works`. */
function describeLoss(before: Reach, after: Reach): string {
	const lost = [...before.registries].flatMap(([registry, had]) => {
		const has = after.registries.get(registry) ?? [];
		const gone = had.filter((service) => !has.includes(service));
		if (gone.length === 0) return [];
		return has.length === 0
			? [`no ${registry}`]
			: [`no ${gone.join(" or ")} at ${registry}`];
	});
	const promotion =
		before.promotion && !after.promotion ? ["no promotion"] : [];
	const all = [...lost, ...promotion];
	return all.length === 0
		? "everything works"
		: `${all.join(", ")}; everything else works`;
}

const words = (services: readonly string[]) =>
	services.length === 0 ? "nothing" : services.join(", ");
