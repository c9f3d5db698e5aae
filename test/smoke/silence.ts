import { runCaptured } from "../../toolchain/process.ts";
import { parseRange } from "../../topology/addresses.ts";
import { HOME } from "../../topology/names.ts";
import { succeeded } from "./clients.ts";
import { containerOf } from "./containers.ts";
import type { RunningEstate } from "./running-estate.ts";

/**
 * Drops every packet between home and the regions: connections are neither accepted nor refused.
 *
 * Home's front is the only way from the regions to home. Its own routes send all answers to them
 * nowhere, which a container in its network namespace sets: the firewall of the machine stays as it
 * is, and whoever may use the Docker Engine may do it. A paused front is no silent one: the kernel
 * still accepts its connections.
 */
export const silenceHome = (running: RunningEstate) => eachWay(running, "add");

/** Lets the packets through again. */
export const unsilenceHome = (running: RunningEstate) =>
	eachWay(running, "del");

async function eachWay(
	running: RunningEstate,
	verb: "add" | "del",
): Promise<void> {
	const { Id, Image } = await frontOf(running, HOME);
	for (const range of await rangesToRegions(running)) {
		for (const half of halvesOf(range)) {
			succeeded(
				await runCaptured("docker", [
					"run",
					"--rm",
					`--network=container:${Id}`,
					"--cap-drop=ALL",
					"--cap-add=NET_ADMIN",
					"--entrypoint=ip",
					// It is on the machine, and has `ip` like all that is made of busybox.
					Image,
					"route",
					verb,
					"blackhole",
					half,
				]),
			);
		}
	}
}

/** Ranges of the networks that home's front shares with the front of a region. */
async function rangesToRegions(
	running: RunningEstate,
): Promise<readonly string[]> {
	const own = networksOf(await frontOf(running, HOME));
	const theirs = await Promise.all(
		running.estate.regions.map(async (region) =>
			networksOf(await frontOf(running, region)),
		),
	);
	const shared = new Set(theirs.flat().filter((id) => own.includes(id)));
	return Promise.all(
		[...shared].map(async (id) => {
			const { IPAM } = await running.engine.getNetwork(id).inspect();
			return String(IPAM?.Config?.[0]?.Subnet);
		}),
	);
}

const frontOf = async (running: RunningEstate, name: string) =>
	(await containerOf(running, { kind: "front", name })).inspect();

const networksOf = ({
	NetworkSettings,
}: Awaited<ReturnType<typeof frontOf>>): readonly string[] =>
	Object.values(NetworkSettings.Networks).map(({ NetworkID }) => NetworkID);

/** The halves of a range: more specific than the route of the whole, and so stronger. */
function halvesOf(range: string): readonly [string, string] {
	const parsed = parseRange(range);
	if (!parsed) throw new Error(`'${range}' is no range of IPv4 addresses`);
	const prefix = parsed.prefix + 1;
	const address = (value: number) =>
		[24, 16, 8, 0]
			.map((shift) => Math.floor(value / 2 ** shift) % 256)
			.join(".");
	return [
		`${address(parsed.first)}/${prefix}`,
		`${address(parsed.first + 2 ** (32 - prefix))}/${prefix}`,
	];
}
