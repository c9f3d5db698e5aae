import { setTimeout } from "node:timers/promises";
import type { Registry } from "../../topology/estate.ts";
import { reachWithout, type Service } from "../../topology/reach.ts";
import { expectEqual } from "./checks.ts";
import { PROBE_REPOSITORY, probeImage, pushProbe } from "./probe-images.ts";
import { pullWhole, readerOf, writerOf } from "./registry-clients.ts";
import type { RunningEstate } from "./running-estate.ts";

/** Somebody who uses one registry and has tokens for it in hand. */
export interface Probe {
	/** What works right now. */
	observe(): Promise<Observation>;
}

/** What works of a registry, and why the rest does not. */
export interface Observation {
	readonly registry: Registry;
	readonly works: readonly Service[];
	/** A sentence for each service that does not work. */
	readonly reasons: readonly string[];
}

/** A probe of each published registry, made once everything they do works. */
export function readyProbes(running: RunningEstate): Promise<readonly Probe[]> {
	return Promise.all(
		running.estate.registries
			.filter(({ port }) => port !== undefined)
			.map((registry) => readyProbe(running, registry)),
	);
}

const READY_WITHIN_MS = 60_000;
const PAUSE_MS = 200;

async function readyProbe(
	running: RunningEstate,
	registry: Registry,
): Promise<Probe> {
	const deadline = Date.now() + READY_WITHIN_MS;
	for (;;) {
		// A new one each time: it is to hold tokens that last, from a gate that answers.
		const probe = await newProbe(running, registry);
		const { reasons } = await probe.observe();
		if (reasons.length === 0) return probe;
		if (Date.now() > deadline) {
			throw new Error(
				`${registry.name} does not work after ${READY_WITHIN_MS / 1_000} s: ${reasons.join("; ")}`,
			);
		}
		await setTimeout(PAUSE_MS);
	}
}

const offeredBy = ({ estate }: RunningEstate, { name }: Registry) =>
	reachWithout(estate, []).registries.get(name) ?? [];

async function newProbe(
	running: RunningEstate,
	registry: Registry,
): Promise<Probe> {
	const offered = offeredBy(running, registry);
	const wanted = probeImage(running, registry);
	const reader = await readerOf(running, registry);
	const writer = offered.includes("push")
		? await writerOf(running, registry)
		: reader;
	const services: Readonly<Record<Service, () => Promise<void>>> = {
		login: async () => (await readerOf(running, registry)).ping(),
		pull: async () => {
			const digest = await pullWhole(reader, PROBE_REPOSITORY, wanted.tag);
			expectEqual(
				`the digest of ${PROBE_REPOSITORY} at ${registry.name}`,
				digest,
				wanted.image.digest,
			);
		},
		push: () => pushProbe(wanted, writer),
	};
	const observe = async () => {
		const tried = await Promise.all(
			offered.map(async (service) => ({
				service,
				reason: await services[service]().then(
					() => undefined,
					(error: Error) => `${service}: ${error.message}`,
				),
			})),
		);
		return {
			registry,
			works: tried.filter((t) => !t.reason).map((t) => t.service),
			reasons: tried.flatMap(({ reason }) => reason ?? []),
		};
	};
	return { observe };
}
