import type Docker from "dockerode";
import type { RunningEstate } from "./running-estate.ts";

/** A container in its one network. */
interface Place {
	readonly container: Docker.Container;
	readonly network: Docker.Network;
	readonly address: string;
	/** Names it has in the network. */
	readonly aliases: readonly string[];
}

/**
 * Gives each of two registries the address the other one had, in the other's network: each is then
 * where the other's front found it last. In its own network it gets another address. No engine does
 * that while tiers have networks of their own; were they ever to share one, it would.
 *
 * @returns undoes it; each has its network to itself again
 * @throws Error when the engine takes no addresses for these networks; nothing is changed then
 */
export async function swapAddresses(
	{ engine }: RunningEstate,
	one: Docker.Container,
	other: Docker.Container,
): Promise<() => Promise<void>> {
	const places = [await placeOf(engine, one), await placeOf(engine, other)];
	const intruders = places.map((place, i) => ({
		...place,
		container: i === 0 ? other : one,
	}));
	try {
		for (const place of places) await leave(place);
		for (const { network, container, address } of intruders) {
			await network.connect({
				Container: container.id,
				EndpointConfig: { IPAMConfig: { IPv4Address: address } },
			});
		}
		for (const place of places) await enter(place);
	} catch (error) {
		for (const place of intruders) await leave(place).catch(() => {});
		for (const place of places) await enter(place).catch(() => {});
		throw error;
	}
	return async () => {
		for (const place of intruders) await leave(place);
	};
}

async function placeOf(
	engine: Docker,
	container: Docker.Container,
): Promise<Place> {
	const { Name, Id, NetworkSettings } = await container.inspect();
	const [found, ...more] = Object.values(NetworkSettings.Networks);
	if (!found || more.length > 0) {
		throw new Error(`${Name} is not in one network, but in ${more.length + 1}`);
	}
	return {
		container,
		network: engine.getNetwork(found.NetworkID),
		address: found.IPAddress,
		// The engine adds the container's own id.
		aliases: [...(found.Aliases ?? [])].filter(
			(alias: string) => !Id.startsWith(alias),
		),
	};
}

const leave = ({ network, container }: Place) =>
	network.disconnect({ Container: container.id });

const enter = ({ network, container, aliases }: Place) =>
	network.connect({
		Container: container.id,
		EndpointConfig: { Aliases: [...aliases] },
	});
