import { setTimeout } from "node:timers/promises";
import type { Registry } from "../../topology/estate.ts";
import type { Part } from "../../topology/reach.ts";
import { swapAddresses } from "./addresses.ts";
import { type Check, expectEqual } from "./checks.ts";
import { succeeded } from "./clients.ts";
import { containerOf, startParts, stopParts } from "./containers.ts";
import { readyProbes } from "./probe.ts";
import { PROBE_REPOSITORY, probeImage } from "./probe-images.ts";
import { readerOf } from "./registry-clients.ts";
import type { RunningEstate } from "./running-estate.ts";

/**
 * What a front makes of registries that come back as others: in a new container, and at an address
 * that was another tier's. The two registries are behind one front and take pushes; their probes
 * have the same name.
 */
export function replacement(
	running: RunningEstate,
	one: Registry,
	other: Registry,
): readonly Check[] {
	const part = partOf(one);
	const otherPart = partOf(other);
	return [
		{
			promise: `\`up --tier ${one.name}\` makes its registry anew, which the running front finds; a stopped ${other.name} is not its business`,
			run: async () => {
				const front: Part = { kind: "front", name: one.gate };
				const before = await stateOf(running, front);
				await stopParts(running, [otherPart]);
				try {
					const container = await containerOf(running, part);
					await container.remove({ force: true });
					succeeded(await running.up("--tier", one.name));
					expectEqual(
						`the state of ${other.name}`,
						(await stateOf(running, otherPart)).Status,
						"exited",
					);
				} finally {
					await startParts(running, [otherPart]);
				}
				await readyProbes(running);
				expectEqual(
					"the start of the front",
					(await stateOf(running, front)).StartedAt,
					before.StartedAt,
				);
			},
		},
		{
			promise: `${one.name} and ${other.name} swap addresses: neither front ever serves the other's images`,
			run: async () => {
				const ending = new AbortController();
				const watches = [one, other].map((registry) =>
					strangersAt(running, registry, ending.signal),
				);
				try {
					const putBack = await swapAddresses(
						running,
						await containerOf(running, part),
						await containerOf(running, otherPart),
					);
					try {
						// Both are found again while each is still where the other was.
						await readyProbes(running);
					} finally {
						await putBack();
					}
				} finally {
					ending.abort();
				}
				const strangers = (await Promise.all(watches)).flat();
				expectEqual("what was served of another tier", strangers.join(), "");
			},
		},
	];
}

// What was under way when a registry lost its network is never answered.
const IMPATIENCE_MS = 500;

/**
 * Asks for the probe of a registry over and over. That it fails is no harm, another answer is.
 *
 * @returns the other answers
 */
async function strangersAt(
	running: RunningEstate,
	registry: Registry,
	ending: AbortSignal,
): Promise<readonly string[]> {
	const { tag, image } = probeImage(running, registry);
	const newClient = () => readerOf(running, registry, IMPATIENCE_MS);
	let client = await newClient();
	const strangers = new Set<string>();
	while (!ending.aborted) {
		try {
			const head = await client.headManifest(PROBE_REPOSITORY, tag);
			if (head?.digest !== image.digest) {
				strangers.add(`${head?.digest ?? "nothing"} at ${registry.name}`);
			}
		} catch {
			// It may have learned to ask for the other registry's tokens.
			client = await newClient();
		}
		await setTimeout(50);
	}
	return [...strangers];
}

const partOf = ({ name }: Registry): Part => ({
	kind: "registry",
	name,
	replica: 0,
});

const stateOf = async (running: RunningEstate, part: Part) =>
	(await (await containerOf(running, part)).inspect()).State;
