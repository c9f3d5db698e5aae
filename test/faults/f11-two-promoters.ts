import assert from "node:assert/strict";
import { meanwhile } from "../services/oci/faults.ts";
import type { Offer } from "./offer.ts";
import { askedFor, outcomesOf } from "./outcome.ts";
import type { Rig } from "./rig.ts";
import { sampleImage, sampleIndex } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

/** F11: two promoters at once, on machines that know nothing of each other. */
export const twoPromoters: Scenario = {
	id: "F11",
	title: "two promoters at once",
	inject:
		"two processes without a common folder, held until both are about to write the same tag; with the same digest, and with two",
	expect:
		"same digest: both succeed; two digests: one wins, the other fails by name, the tag never moves",
	run: async (rig) => {
		const same = await rig.offer(sampleIndex("team/same"));
		const [one, other] = await race(rig, [same], [same]);
		for (const { status, report } of [one, other]) {
			assert.equal(status, 0, JSON.stringify(outcomesOf(report)));
		}

		const first = await rig.offer(sampleImage("team/rival"));
		const second = await rig.offer(sampleImage("team/rival"));
		const watch = watchTag(rig, "team/rival", "1.0.0");
		const ends = await race(rig, [first], [second]);
		const digests = await watch.end();
		assert.equal(digests.size, 1, `the tag was ${[...digests]}`);
		const [winner, loser] = digests.has(first.image.digest)
			? [first, second]
			: [second, first];
		const [won, lost] = winner === first ? ends : ends.toReversed();
		assert.deepEqual(outcomesOf(won?.report), {
			"team/rival:1.0.0": "promoted",
		});
		const host = lost?.report?.destination;
		assert.deepEqual(outcomesOf(lost?.report), {
			"team/rival:1.0.0": `failed: PUT http://${host}/v2/team/rival/manifests/1.0.0 was refused with status 403, DENIED: tag '1.0.0' of team/rival already points to ${winner.image.digest} and tags in prod-rw never move: push under a new tag`,
		});

		rig.offers = rig.offers.filter((offer) => offer !== loser);
		const again = await rig.run({ offers: [loser] });
		assert.deepEqual(outcomesOf(again.report), {
			"team/rival:1.0.0": `refused: tag 1.0.0 is already at ${again.report?.destination}/team/rival:1.0.0 = ${winner.image.digest}, got ${loser.image.digest}; tags there never move. Fix: choose a new tag or remove this line`,
		});
		assert.equal(askedFor(again.destination, /./, "PUT"), 0);
	},
};

const TAG = /\/manifests\/1\.0\.0$/;

/** Lets two promoters run until both want to write the tag, and then go on. */
async function race(
	rig: Rig,
	...manifests: readonly [readonly Offer[], readonly Offer[]]
) {
	let waiting = 0;
	let open = () => {};
	const both = new Promise<void>((resolve) => {
		open = resolve;
	});
	const arrive = meanwhile(() => {
		if (++waiting === manifests.length) open();
		return both;
	});
	const [one, other] = await Promise.all(
		manifests.map(async (offers) => {
			const promoter = await rig.promoter(offers);
			promoter.destination.faults = [
				{ method: "PUT", path: TAG, action: arrive },
			];
			return promoter.run().finally(promoter.remove);
		}),
	);
	if (!one || !other) throw new Error("one of two promoters did not run");
	await rig.check(manifests.flat());
	return [one, other] as const;
}

/** Collects every digest that a tag of Prod is seen at, from now until it is ended. */
function watchTag(rig: Rig, repository: string, tag: string) {
	const digests = new Set<string>();
	const url = `${rig.destination.door.url}/v2/${repository}/manifests/${tag}`;
	let isOver = false;
	const look = async () => {
		const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
		const answer = await fetch(url, { method: "HEAD", headers });
		const digest = answer.headers.get("docker-content-digest");
		if (answer.status === 200 && digest) digests.add(digest);
	};
	const watching = (async () => {
		while (!isOver) await look();
	})();
	return {
		end: async (): Promise<ReadonlySet<string>> => {
			isOver = true;
			await watching;
			await look();
			return digests;
		},
	};
}
