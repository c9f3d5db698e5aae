import * as pulumi from "@pulumi/pulumi";
import { credentials } from "../components/credentials.ts";
import { DockerHub } from "../components/docker-hub.ts";
import { Housekeeping } from "../components/housekeeping.ts";
import type { CheckoutFiles } from "../components/job-server.ts";
import { Promoter } from "../components/promoter.ts";
import { SigningKeys } from "../components/signing-keys.ts";
import { Archive } from "../components/tiers/archive.ts";
import { CiPool } from "../components/tiers/ci-pool.ts";
import { Prod } from "../components/tiers/prod.ts";
import { Sandbox } from "../components/tiers/sandbox.ts";
import { registryNamed, type Segment, storesOf } from "../topology/estate.ts";
import { DOCKER_HUB, HOME, JOBS, PROMOTER_JOB } from "../topology/names.ts";
import { estateKeySigners, type SignerTexts } from "../topology/signer-spec.ts";
import {
	attachments,
	found,
	type LocationArgs,
	makeLocation,
	makeNetworks,
	type Networks,
	type Passwords,
	passwordIn,
} from "./location.ts";

export interface HomeArgs extends LocationArgs {
	/** Promotion manifests. */
	readonly manifests: CheckoutFiles;
	/** Lists of the Archive. */
	readonly lists: CheckoutFiles;
	/** What signers with keys of their own, or with none, are known by. */
	readonly signerTexts: SignerTexts;
}

/** The home location: every origin tier, a front and a gate before them, and the jobs between. */
export class Home extends pulumi.ComponentResource {
	/** Networks of this location, those to the regions among them. */
	readonly networks: Networks;
	/** Password of each account by its secret name. Secret. */
	readonly passwords: Passwords;
	/** Keys the stack makes: of signers of images, and the promoter's for its records. */
	readonly signingKeys: SigningKeys;
	/** Where promotion can be run by hand. */
	readonly promoter: pulumi.Output<string>;
	/** Where cleanup and mirroring can be run by hand. */
	readonly housekeeping: pulumi.Output<string>;

	constructor(
		name: string,
		args: HomeArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Home", name, {}, opts);
		const { estate, platform, images, manifests, lists, signerTexts } = args;
		const parent = { parent: this };
		const networks = makeNetworks(
			estate.segments.filter(isAtHome),
			platform,
			this,
		);
		const trust = makeLocation(
			args,
			estate.gates.filter(({ location }) => location === HOME),
			networks,
			this,
		);
		const passwordOf = passwordIn(trust.passwords);
		const credentialOf = credentials(estate, passwordOf);
		const signingKeys = new SigningKeys(
			"signing-keys",
			{
				signers: [...estateKeySigners(estate.promotion.signers), PROMOTER_JOB],
			},
			parent,
		);
		makeTiers();
		const promoter = makePromoter();
		const housekeeping = makeHousekeeping();
		this.networks = networks;
		this.passwords = trust.passwords;
		this.signingKeys = signingKeys;
		this.promoter = promoter;
		this.housekeeping = housekeeping;
		this.registerOutputs({ promoter, housekeeping });

		function makeTiers() {
			const shared = {
				platform,
				image: images.registry,
				seedsOf: trust.seedsOf,
				gateOf: trust.gateOf,
				gateHostOf: trust.gateHostOf,
				passwordOf,
				networkOf: ({ name }: { readonly name: string }) =>
					found(networks.get(name), name),
			};
			const tier = (name: string) => ({
				registry: registryNamed(estate, name),
				stores: storesOf(estate, name),
			});
			new Sandbox("sandbox", { ...shared, ...tier("sandbox") }, parent);
			new CiPool(
				"ci-pool",
				{ ...shared, tests: tier("ci-tests"), snapshots: tier("ci-snapshots") },
				parent,
			);
			const { registry: readOnly, stores } = tier("prod");
			new Prod(
				"prod",
				{
					...shared,
					readWrite: registryNamed(estate, estate.promotion.to),
					readOnly,
					store: found(stores[0], "prod"),
				},
				parent,
			);
			if (estate.mirroring) {
				new Archive(
					"archive",
					{ ...shared, ...tier(estate.mirroring.to) },
					parent,
				);
			}
		}

		function makePromoter() {
			return new Promoter(
				PROMOTER_JOB,
				{
					platform,
					image: images.services,
					estate,
					credentialOf,
					manifests,
					signerTexts: { ...signerTexts, ...signingKeys.publicKeys },
					recordKey: found(signingKeys.privateKeys[PROMOTER_JOB], PROMOTER_JOB),
					networks: attachments(estate, networks, `job:${PROMOTER_JOB}`, []),
				},
				parent,
			).server;
		}

		function makeHousekeeping() {
			const port = estate.mirroring?.upstreamPort;
			if (port !== undefined) {
				new DockerHub(
					DOCKER_HUB,
					{
						platform,
						image: images.registry,
						port,
						networks: attachments(
							estate,
							networks,
							`upstream:${DOCKER_HUB}`,
							[],
						).map(({ network }) => network),
					},
					parent,
				);
			}
			return new Housekeeping(
				JOBS,
				{
					platform,
					image: images.services,
					estate,
					credentialOf,
					lists,
					networks: attachments(estate, networks, `job:${JOBS}`, []),
				},
				parent,
			).server;
		}

		// The way to a region is home's: a region that is gone takes nothing of it along.
		function isAtHome({ members }: Segment): boolean {
			const atHome = new Set<string>(
				estate.gates
					.filter(({ location }) => location === HOME)
					.flatMap(({ name }) => [`front:${name}`, `gate:${name}`]),
			);
			return members.some(
				(member) => atHome.has(member) || /^(job|upstream):/.test(member),
			);
		}
	}
}
