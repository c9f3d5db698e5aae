import { stringify } from "yaml";
import { PROMOTION_PREDICATE } from "../../services/jobs/promote/record-statement.ts";
import { type Check, expectEqual } from "./checks.ts";
import { succeeded } from "./clients.ts";
import { buildNodeApp } from "./images.ts";
import type { PromotedImage } from "./journey.ts";
import type { RunningEstate } from "./running-estate.ts";
import { digestAt, MULTI, SINGLE, type Travel, tagAndPush } from "./travel.ts";

/** Images get from CI Snapshots to Prod when they are signed and described, and are recorded there. */
export function promotion(
	{ password, promote, cosign, publicKey, verify, estate }: RunningEstate,
	travel: Travel,
	onPromoted: (images: readonly PromotedImage[]) => void,
): readonly Check[] {
	const { at, bothAt, login, release } = travel;
	const both = () =>
		stringify({
			images: [
				{ name: SINGLE, dmap: { [travel.snapshotDigest]: [release] } },
				{ name: MULTI, dmap: { [travel.indexDigest]: [release] } },
			],
		});
	return [
		{
			promise:
				"promotion refuses what nobody has signed and described, and says both",
			run: async () => {
				const { code, counts, text } = await promote(both());
				expectEqual(`the exit code of ${text}`, code, 1);
				expectEqual("the number of refusals", counts.refused, 2);
				for (const words of ["no signature", "no SBOM is attached"]) {
					if (!text.includes(words)) throw new Error(text);
				}
			},
		},
		{
			promise: "ci signs both images and attaches an SBOM to each, with cosign",
			run: async () => {
				const ci = {
					username: "ci",
					password: await password("ci", "ci-snapshots"),
				};
				for (const image of bothAt("ci-snapshots")) {
					await cosign.attestSbom(image, ci);
					await cosign.sign(image, ci);
				}
			},
		},
		{
			promise: "promotion brings both images to Prod",
			run: async () => {
				const { code, counts, text } = await promote(both());
				expectEqual(`the exit code of ${text}`, code, 0);
				expectEqual("the number of promotions", counts.promoted, 2);
				onPromoted([
					{ repository: SINGLE, tag: release, digest: travel.snapshotDigest },
					{ repository: MULTI, tag: release, digest: travel.indexDigest },
				]);
			},
		},
		{
			promise:
				"at Prod and in every region cosign verifies the signatures and the promotion records",
			run: async () => {
				const ci = await publicKey("ci");
				const promoter = await publicKey("promoter");
				const places = ["prod", ...estate.regions.map((r) => `prod-${r}`)];
				for (const place of places) {
					const consumer = {
						username: "consumer",
						password: await password("consumer", place),
					};
					for (const image of bothAt(place)) {
						succeeded(await cosign.verify(image, ci, consumer));
						const record = await cosign.verifyAttestation(
							image,
							promoter,
							PROMOTION_PREDICATE,
							consumer,
						);
						succeeded(record);
					}
				}
			},
		},
		{
			promise:
				"a walk through Prod finds every byte, and a record of both promotions",
			run: async () => {
				const { counts, tags } = await verify();
				expectEqual("the number of broken tags", counts.broken, 0);
				const recorded = tags.filter(
					({ tag, record }) => tag === release && record === "signed",
				);
				expectEqual("the number of recorded tags", recorded.length, 2);
			},
		},
		{
			promise: "promoting again changes nothing",
			run: async () => {
				const { code, counts, text } = await promote(
					stringify({
						images: [
							{ name: SINGLE, dmap: { [travel.snapshotDigest]: [release] } },
						],
					}),
				);
				expectEqual(`the exit code of ${text}`, code, 0);
				expectEqual("the number already there", counts.present, 1);
				expectEqual("the number of promotions", counts.promoted, 0);
			},
		},
		{
			promise: "promotion refuses to move a Prod tag, and Prod is unchanged",
			run: async () => {
				const other = await pushOther(travel);
				const { code, counts, text } = await promote(
					stringify({
						images: [{ name: SINGLE, dmap: { [other]: [release] } }],
					}),
				);
				expectEqual(`the exit code of ${text}`, code, 1);
				expectEqual("the number of refusals", counts.refused, 1);
				if (!text.includes(travel.snapshotDigest)) throw new Error(text);
				const consumer = await login("consumer", "prod");
				expectEqual(
					"the digest",
					await digestAt(consumer, at("prod", release)),
					travel.snapshotDigest,
				);
			},
		},
	];
}

async function pushOther({
	ci,
	testsImage,
	otherSnapshot,
}: Travel): Promise<string> {
	await buildNodeApp(testsImage);
	const client = await ci();
	succeeded(await tagAndPush(client, testsImage, otherSnapshot));
	return digestAt(client, otherSnapshot);
}
