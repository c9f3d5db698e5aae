const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Prefix length of one network of the estate: 29 members and the gateway. */
export const NETWORK_PREFIX = 27;

/** An IPv4 range. */
export interface AddressRange {
	/** The first address as a number. */
	readonly first: number;
	readonly prefix: number;
}

/** Reads `10.213.0.0/20`; nothing for what is no range, or has bits set behind its prefix. */
export function parseRange(text: string): AddressRange | undefined {
	const match = CIDR.exec(text);
	if (!match) return undefined;
	const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
	if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32)
		return undefined;
	const first = ((a * 256 + b) * 256 + c) * 256 + d;
	return first % 2 ** (32 - prefix) === 0 ? { first, prefix } : undefined;
}

/** How many networks of the estate fit into a range. */
export const networksIn = ({ prefix }: AddressRange) =>
	2 ** Math.max(0, NETWORK_PREFIX - prefix);

/** The network at an index of a range, e.g. `10.213.0.32/27`. */
export function networkAt({ first }: AddressRange, index: number): string {
	const address = first + index * 2 ** (32 - NETWORK_PREFIX);
	const octets = [24, 16, 8, 0].map(
		(shift) => Math.floor(address / 2 ** shift) % 256,
	);
	return `${octets.join(".")}/${NETWORK_PREFIX}`;
}
