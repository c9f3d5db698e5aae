import assert from "node:assert/strict";
import { signingKeyPem } from "../../topology/estate-signing-key.ts";
import type { GateRegistry } from "../../topology/gate-config.ts";
import type { PromoterConfig } from "../../topology/job-config.ts";
import { namingRule } from "../../topology/naming.ts";
import { type GuardedRegistry, startGuarded } from "../docker/gate-estate.ts";
import { blob, image, push } from "../services/oci/images.ts";
import { openDoor } from "./door.ts";
import { type FaultProxy, writesAmong } from "./fault-proxy.ts";
import {
	type Faults,
	type FaultyPromoter,
	type FaultyRunOptions,
	type Outcome,
	setUpFaultyPromoter,
} from "./faulty-promoter.ts";
import { Invariants } from "./invariants.ts";
import { manifestOf, type Offer } from "./offer.ts";

/** Of the key that signs promotion records. */
const RECORD_SEED = Buffer.alloc(32, "faults").toString("base64");

/** One of the two registries of a scenario, with gate and front. */
export interface Side extends GuardedRegistry {
	/** Where everything may be read, written and deleted, past the gate, to set the scene. */
	readonly door: FaultProxy;
}

export interface RigOptions {
	/** The bundled jobs. */
	readonly program: string;
	/** Clocks of the gates, milliseconds since the epoch. @default - the machine's */
	readonly gateClock?: () => number;
}

export interface RunInRig extends FaultyRunOptions, Faults {
	/** @default - all of the rig */
	readonly offers?: readonly Offer[];
	readonly config?: Partial<PromoterConfig>;
}

/**
 * What a scenario happens in: real registries of its own for CI Snapshots and Prod, behind the real
 * gate, and the real promoter between them. Prod has a tag of long ago.
 */
export class Rig {
	readonly source: Side;
	readonly destination: Side;
	/** What is to be in Prod in the end. */
	offers: readonly Offer[] = [];
	readonly #program: string;
	readonly #invariants: Invariants;

	private constructor(
		source: Side,
		destination: Side,
		program: string,
		invariants: Invariants,
	) {
		this.source = source;
		this.destination = destination;
		this.#program = program;
		this.#invariants = invariants;
	}

	/** Starts everything; the caller closes it. */
	static async start({ program, gateClock }: RigOptions): Promise<Rig> {
		const source = await startSide("ci-snapshots", gateClock);
		const destination = await startSide("prod", gateClock);
		const { url } = destination.door;
		await push(url, "team/kept", image([blob("of long ago")]), "1.0.0");
		const invariants = await Invariants.from(url);
		return new Rig(source, destination, program, invariants);
	}

	/** Pushes an image to the source and wants it at the destination. */
	async offer(offer: Offer): Promise<Offer> {
		const { repository, image, along = {} } = offer;
		const { url } = this.source.door;
		await push(url, repository, image);
		for (const [tag, manifest] of Object.entries(along)) {
			await push(url, repository, manifest, tag);
		}
		this.#invariants.allow(offer);
		this.offers = [...this.offers, offer];
		return offer;
	}

	/** A promoter for the offers, with proxies and a folder of its own. The caller removes it. */
	promoter(
		offers: readonly Offer[] = this.offers,
		config: Partial<PromoterConfig> = {},
	): Promise<FaultyPromoter> {
		return setUpFaultyPromoter({
			program: this.#program,
			recordKey: signingKeyPem(RECORD_SEED),
			source: this.source.front.url,
			destination: this.destination.front.url,
			manifest: manifestOf(offers),
			config,
		});
	}

	/** Runs a new promoter against these faults, and checks what holds at any time. */
	async run({
		source = [],
		destination = [],
		offers = this.offers,
		config,
		...options
	}: RunInRig = {}): Promise<Outcome> {
		const promoter = await this.promoter(offers, config);
		try {
			promoter.source.faults = source;
			promoter.destination.faults = destination;
			const outcome = await promoter.run(options);
			await this.check(offers);
			return outcome;
		} finally {
			await promoter.remove();
		}
	}

	/** Checks I1, I2 and I4, in the repositories of these offers or, without any, everywhere. */
	check(offers: readonly Offer[] = this.offers): Promise<void> {
		const names = offers.map(({ repository }) => repository);
		const isAll = offers === this.offers;
		return this.#invariants.check(
			offers,
			isAll ? undefined : [...new Set(names)],
		);
	}

	/** I3: a run without faults brings everything, and the next one writes nothing. */
	async settle(): Promise<void> {
		const first = await this.run();
		assert.equal(first.status, 0, `I3: ${first.stdout}${first.stderr}`);
		this.#invariants.checkComplete(this.offers);
		const second = await this.run();
		assert.equal(second.status, 0, `I3: ${second.stdout}${second.stderr}`);
		const writes = writesAmong(second.destination);
		assert.deepEqual(writes, [], "I3: the second run writes");
	}

	async close(): Promise<void> {
		for (const { door, stop } of [this.source, this.destination]) {
			await door.close();
			await stop();
		}
	}
}

async function startSide(
	kind: "ci-snapshots" | "prod",
	gateClock: (() => number) | undefined,
): Promise<Side> {
	const name = kind === "prod" ? "prod-rw" : kind;
	const naming = namingRule(kind, true);
	// `ci` stands for the promoter, which lists what it verifies.
	const catalog: GateRegistry["catalog"] = ["ci", "cleaner"];
	const guarded = await startGuarded({ name, naming, catalog }, gateClock);
	return { ...guarded, door: await openDoor(guarded) };
}
