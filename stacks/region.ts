import * as pulumi from "@pulumi/pulumi";
import { RegionalCache } from "../components/tiers/regional-cache.ts";
import { storesOf } from "../topology/estate.ts";
import {
	found,
	type LocationArgs,
	makeLocation,
	makeNetworks,
	type Networks,
	type Passwords,
	passwordIn,
} from "./location.ts";

export interface RegionArgs extends LocationArgs {
	/** Networks that lead out of the region, by segment. */
	readonly networks: Networks;
	/** Of home: each cache uses the one that is its own. Secret. */
	readonly homePasswords: Passwords;
}

/** A region: pull-through caches behind a front and a gate of their own, with keys home does not have. */
export class Region extends pulumi.ComponentResource {
	/** Password of each account by its secret name. Secret. */
	readonly passwords: Passwords;

	constructor(
		name: string,
		args: RegionArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Region", name, {}, opts);
		const { estate, platform, images } = args;
		const networks = new Map([
			...args.networks,
			...makeNetworks(
				estate.segments.filter(
					(segment) =>
						(segment.members.includes(`front:${name}`) ||
							segment.members.includes(`gate:${name}`)) &&
						!args.networks.has(segment.name),
				),
				platform,
				this,
			),
		]);
		const trust = makeLocation(
			args,
			estate.gates.filter(({ location }) => location === name),
			networks,
			this,
		);
		for (const registry of estate.registries) {
			if (registry.location !== name) continue;
			new RegionalCache(
				registry.name,
				{
					platform,
					image: images.registry,
					registry,
					stores: storesOf(estate, registry.name),
					seedsOf: trust.seedsOf,
					gateOf: trust.gateOf,
					gateHostOf: trust.gateHostOf,
					passwordOf: passwordIn(args.homePasswords),
					networkOf: ({ name }) => found(networks.get(name), name),
				},
				{ parent: this },
			);
		}
		this.passwords = trust.passwords;
		this.registerOutputs({});
	}
}
