import { lookup } from "node:dns";
import { BlockList, type LookupFunction } from "node:net";
import type { Identity } from "../../../topology/identity-spec.ts";
import { isInternal } from "../../oci/foreign-url.ts";
import { printable } from "../../oci/printable.ts";
import { registrableDomain } from "../../oci/registrable-domain.ts";

/** An issuer, and where its keys may come from. */
export type Issuer = Pick<
	Identity,
	"issuer" | "jwksUri" | "internal" | "ca" | "caFile" | "tokenFile"
>;

/** Where the discovery document of an issuer is. https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
export const discoveryUrl = ({ issuer }: Issuer): string =>
	`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;

/**
 * Checks an address before anything is asked there.
 *
 * @throws unless it is an https URL on a public host; an issuer that is declared internal may be
 * anywhere, except where clouds hand out credentials
 */
export function checkUrl(text: string, { internal = false }: Issuer): URL {
	const url = URL.parse(text);
	if (url?.protocol !== "https:" && !(internal && url?.protocol === "http:")) {
		throw new Error(`${printable(text)} is not an https URL`);
	}
	if (url.username !== "" || url.password !== "") {
		throw new Error(`${url.host} is named with a user or a password`);
	}
	checkAddress(url.hostname, internal);
	return url;
}

/**
 * The address of an issuer's keys out of its discovery document.
 *
 * @throws unless it is where the issuer itself is, or where somebody else of its owner's is
 */
export function checkJwksUri(jwksUri: unknown, issuer: Issuer): URL {
	if (typeof jwksUri !== "string") {
		throw new Error("its discovery document has no jwks_uri");
	}
	const url = checkUrl(jwksUri, issuer);
	const own = new URL(issuer.issuer);
	const domain = registrableDomain(own.hostname);
	const sameOwner =
		domain !== undefined && registrableDomain(url.hostname) === domain;
	if (url.host === own.host || sameOwner) return url;
	throw new Error(
		`its keys are at ${printable(url.host)}: expected ${own.host}, or jwksUri in the configuration`,
	);
}

/** Looks up a host and refuses it when one of its addresses is not to be asked: names can mean anything. */
export const guardedLookup =
	({ internal = false }: Issuer): LookupFunction =>
	(hostname, options, callback) => {
		lookup(hostname, { ...options, all: true }, (error, addresses) => {
			if (error) return callback(error, []);
			try {
				for (const { address } of addresses) checkAddress(address, internal);
			} catch (refusal) {
				return callback(refusal as Error, []);
			}
			const [first] = addresses;
			if (options.all) callback(null, addresses);
			else callback(null, first?.address ?? "", first?.family ?? 0);
		});
	};

function checkAddress(host: string, internal: boolean): void {
	const bare = host.replace(/^\[|\]$/g, "");
	const refused = internal ? isLinkLocal(bare) : isInternal(bare);
	if (!refused) return;
	throw new Error(
		internal
			? `${bare} is a link-local address`
			: `${bare} is not a public address: expected one, or internal: true in the configuration`,
	);
}

// Services that give credentials to whoever asks are there (169.254.169.254, 169.254.170.23, fd00:ec2::254).
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");
LINK_LOCAL.addSubnet("fd00:ec2::", 32, "ipv6");

const isLinkLocal = (address: string) =>
	LINK_LOCAL.check(address, address.includes(":") ? "ipv6" : "ipv4");
