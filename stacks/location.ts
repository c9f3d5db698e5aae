import type * as pulumi from "@pulumi/pulumi";
import { Accounts } from "../components/accounts.ts";
import { Front } from "../components/front.ts";
import type { Leg } from "../components/front-config/leg.ts";
import { Gate } from "../components/gate.ts";
import { type KeySeeds, Keys } from "../components/keys.ts";
import type {
	Attachment,
	Image,
	Network,
	Platform,
} from "../components/platform/platform.ts";
import type { RegistryDependencies } from "../components/registry-server.ts";
import {
	type Account,
	type Estate,
	type Gate as GateSpec,
	type Member,
	registriesOf,
	type Segment,
} from "../topology/estate.ts";
import { gateConfig } from "../topology/gate-config.ts";
import { tlsEnd } from "../topology/kubernetes-spec.ts";
import { generationOf } from "../topology/rotation.ts";

/** The images the estate itself runs on. */
export interface EstateImages {
	readonly registry: Image;
	readonly nginx: Image;
	readonly services: Image;
}

export interface LocationArgs {
	readonly estate: Estate;
	readonly platform: Platform;
	readonly images: EstateImages;
}

/** Networks by segment name. */
export type Networks = ReadonlyMap<string, Network>;

/** Passwords by the account's secret name. Secret. */
export type Passwords = Readonly<Record<string, pulumi.Output<string>>>;

/** Makes the networks of some segments. */
export function makeNetworks(
	segments: readonly Segment[],
	platform: Platform,
	parent: pulumi.Resource,
): Networks {
	return new Map(
		segments.map(({ name, published, outbound = false, subnet }) => [
			name,
			platform.network(
				`${name}-network`,
				{ published: published || outbound, ...(subnet && { subnet }) },
				{ parent },
			),
		]),
	);
}

/** The networks a member of the topology is on, where it has the aliases. */
export function attachments(
	{ segments }: Estate,
	networks: Networks,
	member: Member,
	aliases: readonly string[],
): readonly Attachment[] {
	return segments
		.filter(({ members }) => members.includes(member))
		.map(({ name }) => ({ network: found(networks.get(name), name), aliases }));
}

/** What the registries of a location need, and what its accounts open. */
export interface LocationTrust {
	readonly seedsOf: RegistryDependencies["seedsOf"];
	readonly gateOf: RegistryDependencies["gateOf"];
	readonly gateHostOf: RegistryDependencies["gateHostOf"];
	readonly passwords: Passwords;
}

/** Makes keys, accounts, gates and fronts: what every location has, whatever its registries are. */
export function makeLocation(
	{ estate, platform, images }: LocationArgs,
	gates: readonly GateSpec[],
	networks: Networks,
	parent: pulumi.Resource,
): LocationTrust {
	const here = { parent };
	const seeds: Record<string, KeySeeds> = {};
	const gateNamed: Record<string, Gate> = {};
	const passwords: Record<string, pulumi.Output<string>> = {};
	for (const gate of gates) {
		const { name, keys, accounts } = gate;
		const own = new Keys(
			`${name}-keys`,
			{
				generations: Object.fromEntries(
					keys.map((key) => [key, generationOf(estate.rotation.keys, key)]),
				),
			},
			here,
		);
		const made = new Accounts(
			`${name}-accounts`,
			{
				accounts,
				generationOf: ({ secret }) =>
					generationOf(estate.rotation.secrets, secret),
			},
			here,
		);
		Object.assign(seeds, own.seeds);
		Object.assign(passwords, made.passwords);
		gateNamed[name] = new Gate(
			`${name}-gate`,
			{
				platform,
				image: images.services,
				gate,
				config: gateConfig(estate, name),
				seeds: own.seeds,
				accounts: made.hashed,
				networks: attachments(estate, networks, `gate:${name}`, []).map(
					({ network }) => network,
				),
			},
			here,
		);
		new Front(
			`${name}-front`,
			{
				platform,
				image: images.nginx,
				front: name,
				registries: registriesOf(estate, name),
				gateHost: gate.host,
				legs: legsOf(estate, name),
				tls: estate.kubernetes ? tlsEnd(estate.kubernetes.exposure) : "none",
				networks: attachments(
					estate,
					networks,
					`front:${name}`,
					frontNames(estate, name),
				),
			},
			here,
		);
	}
	return {
		seedsOf: ({ key }) => found(seeds[key], key),
		gateOf: ({ gate }) => found(gateNamed[gate], gate),
		gateHostOf: ({ gate }) =>
			found(
				gates.find(({ name }) => name === gate),
				gate,
			).host,
		passwords,
	};
}

/** The ways home that a location's front serves to its caches. */
function legsOf(estate: Estate, gate: string): readonly Leg[] {
	return registriesOf(estate, gate).flatMap(({ upstream }) => {
		const origin = estate.registries.find(
			({ name }) => name === upstream?.registry,
		);
		return upstream && origin ? [{ origin, host: upstream.legHost }] : [];
	});
}

// A front has all its names on all its networks: whoever reaches it asks it by the registry's name.
function frontNames(estate: Estate, gate: string): readonly string[] {
	return registriesOf(estate, gate).flatMap(({ host, upstream }) =>
		upstream ? [host, upstream.legHost] : [host],
	);
}

/** The password of an account, by any of the locations that were made. */
export const passwordIn =
	(passwords: Passwords) =>
	({ secret }: Account) =>
		found(passwords[secret], secret);

/** What must have been made by now; that it was not is a programming error. */
export function found<T>(value: T | undefined, what: string): T {
	if (value === undefined) throw new Error(`nothing was made for '${what}'`);
	return value;
}
