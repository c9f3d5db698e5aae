import assert from "node:assert/strict";
import { signingKeyPem } from "../../topology/estate-signing-key.ts";
import type { GateRegistry } from "../../topology/gate-config.ts";
import type { PromoterConfig } from "../../topology/job-config.ts";
import { FALLBACK_TAG, namingRule } from "../../topology/naming.ts";
import { type GuardedRegistry, startGuarded } from "../docker/gate-estate.ts";
import {
	blob,
	fallbackTag,
	image,
	push,
	type TestImage,
} from "../services/oci/images.ts";
import { openDoor } from "./door.ts";
import { type FaultProxy, writesAmong } from "./fault-proxy.ts";
import {
	type Faults,
	type FaultyPromoter,
	type FaultyRunOptions,
	type Outcome,
	setUpFaultyPromoter,
} from "./faulty-promoter.ts";
import { type Walk, walk } from "./walk.ts";

/** Of the key that signs promotion records. */
const RECORD_SEED = Buffer.alloc(32, "faults").toString("base64");

/** An image at the source that is wanted at the destination. */
export interface Offer {
	readonly repository: string;
	readonly image: TestImage;
	readonly tags: readonly string[];
	/** Signatures and lists of referrers by their tag. @default - none */
	readonly along?: Readonly<Record<string, TestImage>>;
}

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
	/** Digests a tag of Prod may have. */
	readonly #allowed = new Map<string, Set<string>>();
	#before: Walk = { tags: new Map(), closures: new Map(), records: new Map() };

	private constructor(source: Side, destination: Side, program: string) {
		this.source = source;
		this.destination = destination;
		this.#program = program;
	}

	/** Starts everything; the caller closes it. */
	static async start({ program, gateClock }: RigOptions): Promise<Rig> {
		const source = await startSide("ci-snapshots", gateClock);
		const destination = await startSide("prod", gateClock);
		const rig = new Rig(source, destination, program);
		const kept = image([blob("of long ago")]);
		await push(destination.door.url, "team/kept", kept, "1.0.0");
		rig.#before = await walk(destination.door.url);
		return rig;
	}

	/** Pushes an image to the source and wants it at the destination. */
	async offer(offer: Offer): Promise<Offer> {
		const { repository, image, tags, along = {} } = offer;
		const { url } = this.source.door;
		await push(url, repository, image);
		for (const [tag, manifest] of Object.entries(along)) {
			await push(url, repository, manifest, tag);
			this.#allow(`${repository}:${tag}`, digestsOf(manifest));
		}
		for (const tag of tags) this.#allow(`${repository}:${tag}`, [image.digest]);
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

	/**
	 * Checks I1 (all a tag stands for is there and right, its signatures too), I2 (a tag is what it was,
	 * or what it is to be) and I4 (no tag is lost), in the repositories of these offers.
	 */
	async check(offers: readonly Offer[] = this.offers): Promise<void> {
		const isAll = offers === this.offers;
		const only = isAll
			? undefined
			: [...new Set(offers.map(({ repository }) => repository))];
		const now = await walk(this.destination.door.url, only).catch((error) => {
			throw new Error(`I1: ${error.message}`);
		});
		for (const name of now.tags.keys()) this.#checkTag(name, now);
		for (const { repository, image, tags, along = {} } of offers) {
			const isThere = tags.some(
				(tag) => now.tags.get(`${repository}:${tag}`) === image.digest,
			);
			if (!isThere) continue;
			for (const tag of [fallbackTag(image), ...Object.keys(along)]) {
				const name = `${repository}:${tag}`;
				assert.ok(now.tags.has(name), `I1: ${name} is not there, its image is`);
			}
			const records = now.records.get(`${repository}:${fallbackTag(image)}`);
			assert.ok(records?.length, `I1: ${repository} has no promotion record`);
		}
		for (const name of this.#before.tags.keys()) {
			if (only?.includes(name.split(":")[0] ?? "") === false) continue;
			assert.ok(now.tags.has(name), `I4: ${name} is lost`);
		}
		this.#before = {
			tags: new Map([...this.#before.tags, ...now.tags]),
			closures: new Map([...this.#before.closures, ...now.closures]),
			records: now.records,
		};
	}

	/** I3: a run without faults brings everything, and the next one writes nothing. */
	async settle(): Promise<void> {
		const first = await this.run();
		assert.equal(first.status, 0, `I3: ${first.stdout}${first.stderr}`);
		for (const { repository, image, tags, along = {} } of this.offers) {
			for (const tag of tags) {
				const digest = this.#before.tags.get(`${repository}:${tag}`);
				assert.equal(digest, image.digest, `I3: ${repository}:${tag}`);
			}
			for (const [tag, manifest] of Object.entries(along)) {
				const name = `${repository}:${tag}`;
				const there = new Set(this.#before.closures.get(name));
				for (const digest of digestsOf(manifest).slice(1)) {
					assert.ok(there.has(digest), `I3: ${name} has no ${digest}`);
				}
			}
		}
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

	#allow(name: string, digests: readonly string[]): void {
		const allowed = this.#allowed.get(name) ?? new Set();
		for (const digest of digests) allowed.add(digest);
		this.#allowed.set(name, allowed);
	}

	#checkTag(name: string, { closures, records }: Walk): void {
		const digests = closures.get(name) ?? [];
		const [repository = "", tag = ""] = name.split(":");
		const before = this.#before.closures.get(name) ?? [];
		const allowed = new Set([
			...(this.#allowed.get(name) ?? []),
			...(records.get(name) ?? []),
		]);
		if (!FALLBACK_TAG.test(tag)) {
			const may = before.length > 0 ? before.slice(0, 1) : [...allowed];
			const [digest = ""] = digests;
			assert.ok(may.includes(digest), `I2: ${name} is ${digest}, not ${may}`);
			return;
		}
		// Lists are merged, which makes a new digest of entries that are all known.
		const lost = before.slice(1).filter((digest) => !digests.includes(digest));
		assert.deepEqual(lost, [], `I4: ${repository}:${tag} lost entries`);
		const added = digests
			.slice(1)
			.filter((digest) => !before.includes(digest) && !allowed.has(digest));
		assert.deepEqual(added, [], `I2: ${repository}:${tag} has foreign entries`);
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

/** The promotion manifest that asks for the offers, as JSON, which is YAML. */
function manifestOf(offers: readonly Offer[]): string {
	const byName = Map.groupBy(offers, ({ repository }) => repository);
	const images = [...byName].map(([name, wanted]) => ({
		name,
		dmap: Object.fromEntries(
			wanted.map(({ image, tags }) => [image.digest, tags]),
		),
	}));
	return JSON.stringify({ images });
}

function digestsOf({ digest, blobs, children }: TestImage): readonly string[] {
	return [
		digest,
		...blobs.map((blob) => blob.digest),
		...children.flatMap(digestsOf),
	];
}
