import assert from "node:assert/strict";
import { FALLBACK_TAG } from "../../topology/naming.ts";
import { fallbackTag } from "../services/oci/images.ts";
import { digestsOf, type Offer } from "./offer.ts";
import { type Walk, walk } from "./walk.ts";

/** What has to be true of Prod at any time, whatever goes wrong. It remembers how Prod was before. */
export class Invariants {
	/** Of Prod, past its gate. */
	readonly #url: string;
	/** Digests a tag may have, or a list behind it. */
	readonly #allowed = new Map<string, Set<string>>();
	#before: Walk = { tags: new Map(), closures: new Map(), records: new Map() };

	private constructor(url: string) {
		this.#url = url;
	}

	/** Looks at what Prod has now, which has to stay. */
	static async from(url: string): Promise<Invariants> {
		const invariants = new Invariants(url);
		invariants.#before = await walk(url);
		return invariants;
	}

	/** From now on Prod may have what is offered. */
	allow({ repository, image, tags, along = {} }: Offer): void {
		for (const tag of tags) this.#allow(`${repository}:${tag}`, [image.digest]);
		for (const [tag, manifest] of Object.entries(along)) {
			this.#allow(`${repository}:${tag}`, digestsOf(manifest));
		}
	}

	/**
	 * Checks I1 (all a tag stands for is there and right, its signatures and its record too), I2 (a tag
	 * is what it was, or what it is to be) and I4 (no tag is lost).
	 *
	 * @param repositories where to look. @default - everywhere
	 */
	async check(
		offers: readonly Offer[],
		repositories?: readonly string[],
	): Promise<void> {
		const now = await walk(this.#url, repositories).catch((error) => {
			throw new Error(`I1: ${error.message}`);
		});
		for (const name of now.tags.keys()) this.#checkTag(name, now);
		for (const offer of offers) checkAlong(offer, now);
		for (const name of this.#before.tags.keys()) {
			const [repository = ""] = name.split(":");
			if (repositories && !repositories.includes(repository)) continue;
			assert.ok(now.tags.has(name), `I4: ${name} is lost`);
		}
		this.#before = {
			tags: new Map([...this.#before.tags, ...now.tags]),
			closures: new Map([...this.#before.closures, ...now.closures]),
			records: now.records,
		};
	}

	/** Checks that everything that was offered is there, as of the last check. */
	checkComplete(offers: readonly Offer[]): void {
		const { tags, closures } = this.#before;
		for (const { repository, image, along = {}, ...offer } of offers) {
			for (const tag of offer.tags) {
				const name = `${repository}:${tag}`;
				assert.equal(tags.get(name), image.digest, `I3: ${name}`);
			}
			for (const [tag, manifest] of Object.entries(along)) {
				const name = `${repository}:${tag}`;
				const there = new Set(closures.get(name));
				for (const digest of digestsOf(manifest).slice(1)) {
					assert.ok(there.has(digest), `I3: ${name} has no ${digest}`);
				}
			}
		}
	}

	#allow(name: string, digests: readonly string[]): void {
		const allowed = this.#allowed.get(name) ?? new Set();
		for (const digest of digests) allowed.add(digest);
		this.#allowed.set(name, allowed);
	}

	#checkTag(name: string, { closures, records }: Walk): void {
		const digests = closures.get(name) ?? [];
		const [, tag = ""] = name.split(":");
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
		assert.deepEqual(lost, [], `I4: ${name} lost entries`);
		const added = digests
			.slice(1)
			.filter((digest) => !before.includes(digest) && !allowed.has(digest));
		assert.deepEqual(added, [], `I2: ${name} has foreign entries`);
	}
}

// The tag is the last thing of an image that is written.
function checkAlong(
	{ repository, image, tags, along = {} }: Offer,
	now: Walk,
): void {
	const isThere = tags.some(
		(tag) => now.tags.get(`${repository}:${tag}`) === image.digest,
	);
	if (!isThere) return;
	for (const tag of [fallbackTag(image), ...Object.keys(along)]) {
		const name = `${repository}:${tag}`;
		assert.ok(now.tags.has(name), `I1: ${name} is not there, its image is`);
	}
	const records = now.records.get(`${repository}:${fallbackTag(image)}`);
	assert.ok(records?.length, `I1: ${repository} has no promotion record`);
}
