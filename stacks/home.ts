import * as pulumi from "@pulumi/pulumi";
import { Accounts } from "../components/accounts.ts";
import { Front } from "../components/front.ts";
import { Gate } from "../components/gate.ts";
import { Keys } from "../components/keys.ts";
import { registryUrl } from "../components/names.ts";
import type {
	Attachment,
	Image,
	Network,
	Platform,
} from "../components/platform/platform.ts";
import { Promoter } from "../components/promoter.ts";
import { CiPool } from "../components/tiers/ci-pool.ts";
import { Prod } from "../components/tiers/prod.ts";
import { Sandbox } from "../components/tiers/sandbox.ts";
import { PROMOTER_JOB } from "../topology/compile.ts";
import {
	type Estate,
	type Member,
	type Registry,
	registriesOf,
	registryNamed,
	storeNamed,
} from "../topology/estate.ts";
import { gateConfig } from "../topology/gate-config.ts";

export interface HomeArgs {
	readonly estate: Estate;
	readonly platform: Platform;
	readonly images: {
		readonly registry: Image;
		readonly nginx: Image;
		readonly services: Image;
	};
	/** Promotion manifests by file name. */
	readonly manifests: Readonly<Record<string, string>>;
}

/** The home location: every origin tier, a front and a gate before them, and the promoter between. */
export class Home extends pulumi.ComponentResource {
	/** Password of each account by its secret name. Secret. */
	readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
	/** Where promotion can be run by hand. */
	readonly promoter: pulumi.Output<string>;

	constructor(
		name: string,
		{ estate, platform, images, manifests }: HomeArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Home", name, {}, opts);
		const parent = { parent: this };

		const networks = makeNetworks();
		const networkOf = ({ name }: Registry) => network(name);
		const keys = perGate(
			({ name, keys }) =>
				new Keys(`${name}-keys`, { registries: keys }, parent),
		);
		const accounts = perGate(
			({ name, accounts }) =>
				new Accounts(`${name}-accounts`, { accounts }, parent),
		);
		makeTiers();
		makeGates();
		makeFronts();
		this.passwords = Object.assign(
			{},
			...[...accounts.values()].map(({ passwords }) => passwords),
		);
		this.promoter = makePromoter(this.passwords);
		this.registerOutputs({ promoter: this.promoter });

		function makeNetworks(): ReadonlyMap<string, Network> {
			return new Map(
				estate.segments.map(({ name, published }) => [
					name,
					platform.network(`${name}-network`, { published }, parent),
				]),
			);
		}

		function makeTiers() {
			const shared = {
				platform,
				image: images.registry,
				networkOf,
				seedOf: ({ gate, key }: Registry) =>
					found(keys.get(gate)?.seeds[key], key),
			};
			const half = (tier: string) => ({
				registry: registryNamed(estate, tier),
				store: storeNamed(estate, tier),
			});
			new Sandbox("sandbox", { ...shared, ...half("sandbox") }, parent);
			new CiPool(
				"ci-pool",
				{ ...shared, tests: half("ci-tests"), snapshots: half("ci-snapshots") },
				parent,
			);
			new Prod(
				"prod",
				{
					...shared,
					readWrite: registryNamed(estate, estate.promotion.to),
					readOnly: registryNamed(estate, "prod"),
					store: storeNamed(estate, "prod"),
				},
				parent,
			);
		}

		function makeGates() {
			perGate(
				({ name }) =>
					new Gate(
						`${name}-gate`,
						{
							platform,
							image: images.services,
							gate: name,
							config: gateConfig(estate, name, registryUrl),
							seeds: found(keys.get(name), name).seeds,
							accounts: found(accounts.get(name), name).hashed,
							registries: registriesOf(estate, name),
							networkOf,
						},
						parent,
					),
			);
		}

		function makeFronts() {
			perGate(({ name }) => {
				const registries = registriesOf(estate, name);
				const behind = new Set(registries.map((registry) => registry.name));
				return new Front(
					`${name}-front`,
					{
						platform,
						image: images.nginx,
						gate: name,
						registries,
						networkOf,
						clients: attachments(
							`front:${name}`,
							registries.map(({ host }) => host),
						).filter(({ segment }) => !behind.has(segment)),
					},
					parent,
				);
			});
		}

		function makePromoter(
			passwords: Readonly<Record<string, pulumi.Output<string>>>,
		) {
			return new Promoter(
				PROMOTER_JOB,
				{
					platform,
					image: images.services,
					estate,
					passwordOf: ({ secret }) => found(passwords[secret], secret),
					manifests,
					networks: attachments(`job:${PROMOTER_JOB}`, []),
				},
				parent,
			).server;
		}

		function perGate<T>(make: (gate: Estate["gates"][number]) => T) {
			return new Map(estate.gates.map((gate) => [gate.name, make(gate)]));
		}

		function attachments(
			member: Member,
			aliases: readonly string[],
		): (Attachment & { readonly segment: string })[] {
			return estate.segments
				.filter(({ members }) => members.includes(member))
				.map(({ name }) => ({
					segment: name,
					network: network(name),
					aliases,
				}));
		}

		function network(segment: string): Network {
			return found(networks.get(segment), segment);
		}
	}
}

function found<T>(value: T | undefined, what: string): T {
	if (value === undefined) throw new Error(`nothing was made for '${what}'`);
	return value;
}
