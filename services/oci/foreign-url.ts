import { BlockList, isIPv4, isIPv6 } from "node:net";
import { ProtocolError } from "./errors.ts";
import { printable, printableUrl } from "./printable.ts";
import { registrableDomain } from "./registrable-domain.ts";

/**
 * The URL of a token service that a registry names in its challenge, once it is clear that the
 * credentials of the registry may be sent there.
 *
 * @throws ProtocolError unless it is on the registry's own host or in the same registrable domain,
 * and on https unless the registry itself is not.
 */
export function tokenRealm(realm: string, registry: URL): URL {
	const refuse = (expected: string) =>
		new ProtocolError(
			`${printableUrl(registry)} names '${printable(realm)}' as its token service, expected ${expected}; no credentials were sent`,
		);
	const url = URL.parse(realm);
	if (url?.protocol !== "https:" && url?.protocol !== "http:") {
		throw refuse("an http or https URL");
	}
	if (url.protocol === "http:" && registry.protocol !== "http:") {
		throw refuse("https, as for the registry");
	}
	if (url.username !== "" || url.password !== "") {
		throw refuse("a URL without user and password");
	}
	const domain = registrableDomain(registry.hostname);
	const sameOwner =
		domain !== undefined && registrableDomain(url.hostname) === domain;
	if (url.host !== registry.host && !sameOwner) {
		throw refuse(
			`${registry.host}${domain === undefined ? "" : ` or a host of ${domain}`}`,
		);
	}
	return url;
}

/**
 * Where a redirected request goes next. Any public host may serve a blob, since its bytes are hashed;
 * whether credentials go along is decided by the caller, who compares origins.
 *
 * @throws ProtocolError for a step down to http and for addresses of this machine and its networks,
 * which a registry could otherwise make this process read.
 */
export function redirectTarget(location: string | undefined, from: URL): URL {
	const refuse = (expected: string) =>
		new ProtocolError(
			`${printableUrl(from)} redirects to '${printable(location?.split("?")[0] ?? "")}', expected ${expected}`,
		);
	const target = location === undefined ? null : URL.parse(location, from.href);
	if (target?.protocol !== "https:" && target?.protocol !== "http:") {
		throw refuse("an http or https URL");
	}
	if (target.protocol === "http:" && from.protocol === "https:") {
		throw refuse("https");
	}
	if (target.username !== "" || target.password !== "") {
		throw refuse("a URL without user and password");
	}
	if (target.hostname !== from.hostname && isInternal(target.hostname)) {
		throw refuse("the same host or a public one");
	}
	return target;
}

/**
 * The URL of an upload session.
 *
 * @throws ProtocolError when it is not on the registry's own origin: what is sent there carries the
 * token for it.
 */
export function uploadSession(location: string | undefined, from: URL): URL {
	const session =
		location === undefined ? null : URL.parse(location, from.href);
	if (session?.origin !== from.origin) {
		throw new ProtocolError(
			`${printableUrl(from)} opens an upload at '${printable(location?.split("?")[0] ?? "")}', expected a location on ${from.origin}`,
		);
	}
	return session;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry and the same for IPv6
const INTERNAL = new BlockList();
for (const [network, prefix] of [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.168.0.0", 16],
] as const) {
	INTERNAL.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
	["::", 127],
	["fc00::", 7],
	["fe80::", 10],
] as const) {
	INTERNAL.addSubnet(network, prefix, "ipv6");
}

/** Whether a name or address, as a URL has it, is one of this machine or of a network behind it. */
export function isInternal(hostname: string): boolean {
	if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
	const address = hostname.replace(/^\[|\]$/g, "");
	if (isIPv4(address)) return INTERNAL.check(address, "ipv4");
	return isIPv6(address) && INTERNAL.check(address, "ipv6");
}
