import type { Estate, Registry } from "./estate.ts";

/** Whatever clients outside find at a port of the machine or at a name. */
type Published = Pick<Registry, "port" | "publicHost">;

/**
 * What image names begin with for clients outside, e.g. `localhost:5102` or
 * `prod.registry.example.com`; nothing for what is not published.
 */
export const publishedAddress = ({
	port,
	publicHost,
}: Published): string | undefined =>
	port === undefined ? publicHost?.name : `localhost:${port}`;

/** The same as a URL without a path; nothing for what is not published. */
export function publishedUrl(published: Published): string | undefined {
	const address = publishedAddress(published);
	return (
		address && `${published.publicHost?.tls ? "https" : "http"}://${address}`
	);
}

/** A port the estate takes on the machine, and the key of the configuration that names it. */
export interface PublishedPort {
	readonly port: number;
	/** Below the estate, e.g. `regions.eu.port`. */
	readonly key: string;
}

/** Every port of an estate. */
export function publishedPorts({
	registries,
	mirroring,
}: Estate): readonly PublishedPort[] {
	const upstream = mirroring?.upstreamPort;
	return [
		...registries.flatMap((registry): readonly PublishedPort[] => {
			const { name, port, mirror } = registry;
			return [
				...(port === undefined ? [] : [{ port, key: portKey(registry) }]),
				...(mirror?.port !== undefined
					? [{ port: mirror.port, key: `tiers.${name}.mirrorPort` }]
					: []),
			];
		}),
		...(mirroring && upstream !== undefined
			? [{ port: upstream, key: `tiers.${mirroring.to}.upstreamPort` }]
			: []),
	];
}

function portKey({ name, location, upstream }: Registry): string {
	if (!upstream) return `tiers.${name}.port`;
	const key = upstream.registry === "archive" ? "archivePort" : "port";
	return `regions.${location}.${key}`;
}
