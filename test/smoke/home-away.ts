import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { stringify } from "yaml";
import { type Registry, registryNamed } from "../../topology/estate.ts";
import { HOME } from "../../topology/names.ts";
import { type Part, partsAt, reachWithout } from "../../topology/reach.ts";
import { type Check, expectEqual, type Section } from "./checks.ts";
import { restartParts, startParts, stopParts } from "./containers.ts";
import type { PromotedImage } from "./journey.ts";
import { readerOf } from "./registry-clients.ts";
import type { RunningEstate } from "./running-estate.ts";
import { silenceHome, unsilenceHome } from "./silence.ts";
import { copyToArchive, pullEverywhere, warm } from "./warm-images.ts";

/** A way for home to be away. */
interface Outage {
	readonly what: string;
	readonly begin: () => Promise<void>;
	readonly end: () => Promise<void>;
}

/** How long a region may take to notice that home is back: the leg's breaker, and a request. */
const HEALED_WITHIN_MS = 60_000;

/**
 * Home away, once by stopping it and once by dropping every packet to it: the regions go on with
 * what they hold, start without home, and find it again by themselves.
 */
export function homeAway(
	running: RunningEstate,
	promoted: () => readonly PromotedImage[],
): Section {
	const { estate } = running;
	const home = partsAt(estate, HOME);
	const outages: readonly Outage[] = [
		{
			what: `all ${home.length} containers of home are stopped`,
			begin: () => stopParts(running, home),
			end: () => startParts(running, home),
		},
		{
			what: "every packet to home is dropped",
			begin: () => silenceHome(running),
			end: () => unsilenceHome(running),
		},
	];
	let current: Outage | undefined;
	const end = async () => {
		const outage = current;
		current = undefined;
		await outage?.end();
	};

	const caches = cachesOf(running);
	const during = (outage: Outage): readonly Check[] => {
		const cold = nextTag();
		// What works while home is there proves nothing.
		const pullWithoutHome = async () => {
			if (current !== outage) throw new Error("home is not away");
			await pullEverywhere(running, caches, promoted());
		};
		return [
			{
				promise: `${outage.what}: the regions give logins and every warm image, each tag within 2 s`,
				run: async () => {
					await promoteAs(running, promoted(), cold);
					current = outage;
					await outage.begin();
					await pullWithoutHome();
					await expectCold(running, caches, promoted(), cold);
				},
			},
			{
				promise:
					"so they do after all their caches were restarted, without home",
				run: async () => {
					await restartParts(running, cacheParts(running));
					await pullWithoutHome();
				},
			},
			{
				promise:
					"so they do after their fronts and gates were restarted, without home",
				run: async () => {
					await restartParts(running, doorsOf(running));
					await pullWithoutHome();
				},
			},
			{
				promise:
					"home is back: what is promoted now comes through the regions, nothing was restarted",
				run: async () => {
					await end();
					await healed(running, caches, promoted());
				},
			},
		];
	};
	return {
		heading: "home away",
		checks: [
			{
				promise: `the images of the journey are pulled through ${caches.map(({ name }) => name).join(", ")}`,
				run: async () => {
					await copyToArchive(running, promoted());
					await warm(running, caches, promoted());
				},
				needed: true,
			},
			...outages.flatMap(during),
		],
		restore: end,
	};
}

/** What must work without home, says the topology. */
function cachesOf({ estate }: RunningEstate): readonly Registry[] {
	const { registries } = reachWithout(estate, partsAt(estate, HOME));
	return [...registries]
		.filter(([, services]) => services.includes("pull"))
		.map(([name]) => registryNamed(estate, name));
}

const regionParts = ({ estate }: RunningEstate): readonly Part[] =>
	estate.regions.flatMap((region) => partsAt(estate, region));

const cacheParts = (running: RunningEstate) =>
	regionParts(running).filter(({ kind }) => kind === "registry");

const doorsOf = (running: RunningEstate) =>
	regionParts(running).filter(({ kind }) => kind !== "registry");

// Tags in Prod are for ever: each has to be one that was never used.
const nextTag = () => `1.1.${randomInt(2 ** 31)}`;

async function promoteAs(
	running: RunningEstate,
	images: readonly PromotedImage[],
	tag: string,
): Promise<void> {
	const { code, counts, text } = await running.promote(
		stringify({
			images: images.map(({ repository, digest }) => ({
				name: repository,
				dmap: { [digest]: [tag] },
			})),
		}),
	);
	expectEqual(`the exit code of ${text}`, code, 0);
	expectEqual("the number of promotions", counts.promoted, images.length);
}

/** That home is away shows in what nobody has pulled yet. */
async function expectCold(
	running: RunningEstate,
	caches: readonly Registry[],
	images: readonly PromotedImage[],
	tag: string,
): Promise<void> {
	for (const { cache, client, image } of await prodPulls(
		running,
		caches,
		images,
	)) {
		const found = await client.headManifest(image.repository, tag).then(
			(head) => head !== undefined,
			() => false,
		);
		if (found) {
			throw new Error(
				`${cache.name} has ${image.repository}:${tag}, which only home has: home is not away`,
			);
		}
	}
}

async function healed(
	running: RunningEstate,
	caches: readonly Registry[],
	images: readonly PromotedImage[],
): Promise<void> {
	const tag = nextTag();
	const deadline = Date.now() + HEALED_WITHIN_MS;
	await untilIn(deadline, () => promoteAs(running, images, tag));
	for (const { client, image } of await prodPulls(running, caches, images)) {
		await untilIn(deadline, async () => {
			const head = await client.headManifest(image.repository, tag);
			expectEqual(
				`${image.repository}:${tag} at ${client.host}`,
				head?.digest,
				image.digest,
			);
		});
	}
}

/** Repeats a task that fails until it does not, or until it is too late. */
async function untilIn(
	deadline: number,
	task: () => Promise<void>,
): Promise<void> {
	for (;;) {
		try {
			return await task();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await setTimeout(500);
		}
	}
}

async function prodPulls(
	running: RunningEstate,
	caches: readonly Registry[],
	images: readonly PromotedImage[],
) {
	const prod = caches.filter(({ upstream }) => upstream?.registry === "prod");
	const pulls = await Promise.all(
		prod.map(async (cache) => {
			const client = await readerOf(running, cache);
			return images.map((image) => ({ cache, client, image }));
		}),
	);
	return pulls.flat();
}
