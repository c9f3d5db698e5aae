import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { PROMOTION_PREDICATE } from "../../services/jobs/promote/record-statement.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { type Check, expectEqual } from "./checks.ts";
import {
	type Client,
	forgetImages,
	newClient,
	refused,
	succeeded,
} from "./clients.ts";
import { buildNodeApp, type IndexLayout, writeIndexLayout } from "./images.ts";
import type { RunningEstate } from "./running-estate.ts";

/** An image that is in Prod. */
export interface PromotedImage {
	readonly repository: string;
	readonly tag: string;
	readonly digest: string;
}

/** The checks, and what they bring to Prod. */
export interface Journey {
	readonly checks: readonly Check[];
	/** @throws Error when they did not get that far */
	readonly promoted: () => readonly PromotedImage[];
}

/**
 * The way of real images through the tiers, with the clients people use: pushed to Sandbox and by
 * CI, promoted, pulled from Prod; and the ways that must be closed.
 */
export function journey({
	address,
	password,
	promote,
	cosign,
	publicKey,
	verify,
	estate,
}: RunningEstate): Journey {
	const run = randomBytes(4).toString("hex");
	const sha = randomBytes(20).toString("hex");
	const number = Number.parseInt(run, 16);
	const release = `1.0.${number}`;
	const name = "smoke/app";
	const at = (tier: string, tag: string, repository = name) =>
		`${address(tier)}/${repository}:${tag}`;
	const sandboxImage = at("sandbox", "anything-goes", "debian");
	const testsImage = at("ci-tests", `run-${run}`);
	const snapshotImage = at("ci-snapshots", `main-${number}-${sha}`);
	const indexTag = `${release}-${sha}`;
	const indexImage = at("ci-snapshots", indexTag, "smoke/multi");
	const addresses = ["sandbox", "ci-tests", "ci-snapshots", "prod"].map(
		address,
	);
	const nobody = newClient();
	let snapshotDigest = "";
	let index: IndexLayout;
	let promoted: readonly PromotedImage[] | undefined;

	const login = async (principal: string, ...tiers: readonly string[]) => {
		const client = newClient();
		for (const tier of tiers) {
			succeeded(
				await client.login(
					address(tier),
					principal,
					await password(principal, tier),
				),
			);
		}
		return client;
	};
	const ci = () => login("ci", "ci-tests", "ci-snapshots", "prod");
	const digestAt = async (client: Client, image: string) =>
		succeeded(
			await client.skopeo(
				"inspect",
				"--format",
				"{{.Digest}}",
				`docker://${image}`,
			),
		).stdout.trim();
	const tagAndPush = async (client: Client, from: string, to: string) => {
		succeeded(await client.docker("tag", from, to));
		return client.docker("push", to);
	};

	const both = () =>
		stringify({
			images: [
				{ name, dmap: { [snapshotDigest]: [release] } },
				{ name: "smoke/multi", dmap: { [index.digest]: [release] } },
			],
		});
	const bothAt = (tier: string) => [
		`${address(tier)}/${name}@${snapshotDigest}`,
		`${address(tier)}/smoke/multi@${index.digest}`,
	];

	const pushOtherSnapshot = async () => {
		await buildNodeApp(testsImage);
		const client = await ci();
		const other = at("ci-snapshots", `main-${number + 1}-${sha}`);
		succeeded(await tagAndPush(client, testsImage, other));
		return digestAt(client, other);
	};

	const checks: readonly Check[] = [
		{
			promise:
				"anyone pushes a Debian image to Sandbox and pulls it, without a login",
			run: async () => {
				succeeded(
					await tagAndPush(nobody, versions.images.debian, sandboxImage),
				);
				const pushed = await digestAt(nobody, sandboxImage);
				succeeded(await nobody.docker("rmi", sandboxImage));
				succeeded(await nobody.docker("pull", sandboxImage));
				expectEqual("the digest", await digestAt(nobody, sandboxImage), pushed);
			},
		},
		{
			promise: "ci pushes a Node application to CI Tests",
			run: async () => {
				await buildNodeApp(testsImage);
				succeeded(await (await ci()).docker("push", testsImage));
			},
		},
		{
			promise: "ci pushes the same image to CI Snapshots",
			run: async () => {
				const client = await ci();
				succeeded(await tagAndPush(client, testsImage, snapshotImage));
				snapshotDigest = await digestAt(client, snapshotImage);
			},
		},
		{
			promise: "ci pushes an index of two platforms to CI Snapshots",
			run: async () => {
				index = await writeIndexLayout();
				const client = await ci();
				succeeded(
					await client.skopeo(
						"copy",
						"--all",
						"--preserve-digests",
						`oci:${index.folder}`,
						`docker://${indexImage}`,
					),
				);
				const raw = succeeded(
					await client.skopeo("inspect", "--raw", `docker://${indexImage}`),
				).stdout;
				expectEqual(
					"the number of platforms",
					JSON.parse(raw).manifests.length,
					2,
				);
			},
		},
		{
			promise: "CI Tests refuses the tag latest and says which tags it takes",
			run: async () =>
				refused(
					await tagAndPush(await ci(), testsImage, at("ci-tests", "latest")),
					"pr-<n>-<sha> or run-<id>",
				),
		},
		{
			promise: "CI Snapshots refuses a test's tag",
			run: async () =>
				refused(
					await tagAndPush(
						await ci(),
						testsImage,
						at("ci-snapshots", `run-${run}`),
					),
					"main-<n>-<sha> or <version>-<sha>",
				),
		},
		{
			promise:
				"CI Tests refuses a name that is not team/app, before anything is uploaded",
			run: async () =>
				refused(
					await tagAndPush(
						await ci(),
						testsImage,
						at("ci-tests", `run-${run}`, "app"),
					),
					"team/app",
				),
		},
		{
			promise: "a CI Tests tag may move, as reruns need",
			run: async () => {
				await buildNodeApp(testsImage);
				const client = await ci();
				const before = await digestAt(client, testsImage);
				succeeded(await client.docker("push", testsImage));
				if ((await digestAt(client, testsImage)) === before) {
					throw new Error(`the tag still points to ${before}`);
				}
			},
		},
		{
			promise: "a CI Snapshots tag never moves",
			run: async () => {
				const client = await ci();
				refused(
					await tagAndPush(client, testsImage, snapshotImage),
					snapshotDigest,
				);
				expectEqual(
					"the digest afterwards",
					await digestAt(client, snapshotImage),
					snapshotDigest,
				);
			},
		},
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
				promoted = [
					{ repository: name, tag: release, digest: snapshotDigest },
					{ repository: "smoke/multi", tag: release, digest: index.digest },
				];
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
						images: [{ name, dmap: { [snapshotDigest]: [release] } }],
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
				const other = await pushOtherSnapshot();
				const { code, counts, text } = await promote(
					stringify({ images: [{ name, dmap: { [other]: [release] } }] }),
				);
				expectEqual(`the exit code of ${text}`, code, 1);
				expectEqual("the number of refusals", counts.refused, 1);
				if (!text.includes(snapshotDigest)) throw new Error(text);
				const consumer = await login("consumer", "prod");
				expectEqual(
					"the digest",
					await digestAt(consumer, at("prod", release)),
					snapshotDigest,
				);
			},
		},
		{
			promise:
				"a consumer with an empty store pulls from Prod what ci pushed, to the digest",
			run: async () => {
				const consumer = await login("consumer", "prod");
				const image = at("prod", release);
				await forgetImages(consumer, addresses);
				succeeded(await consumer.docker("pull", image));
				const { stdout } = succeeded(
					await consumer.docker(
						"inspect",
						"--format",
						'{{join .RepoDigests " "}}',
						image,
					),
				);
				expectEqual(
					"the digest",
					stdout.trim(),
					`${image.replace(/:[^:]*$/, "")}@${snapshotDigest}`,
				);
				const { stdout: said } = succeeded(
					await consumer.docker("run", "--rm", "--network=none", image),
				);
				if (!said.startsWith(testsImage)) throw new Error(said);
			},
		},
		{
			promise:
				"the index arrives whole: skopeo downloads both platforms from Prod",
			run: async () => {
				const consumer = await login("consumer", "prod");
				const folder = mkdtempSync(join(tmpdir(), "smoke-pull-"));
				try {
					succeeded(
						await consumer.skopeo(
							"copy",
							"--all",
							"--preserve-digests",
							`docker://${at("prod", release, "smoke/multi")}`,
							`dir:${folder}`,
						),
					);
				} finally {
					rmSync(folder, { recursive: true, force: true });
				}
				expectEqual(
					"the digest",
					await digestAt(consumer, at("prod", release, "smoke/multi")),
					index.digest,
				);
			},
		},
		{
			promise: "ci cannot push to Prod",
			run: async () =>
				refused(
					await tagAndPush(
						await ci(),
						versions.images.debian,
						at("prod", "9.9.9"),
					),
					"nobody pushes to prod",
				),
		},
		...["ci-tests", "ci-snapshots", "prod"].map((tier) => ({
			promise: `a consumer cannot push to ${tier}`,
			run: async () => {
				const consumer = await login("consumer", "prod");
				refused(
					await tagAndPush(consumer, versions.images.debian, at(tier, "1.2.3")),
					tier === "prod" ? "nobody pushes to prod" : "denied",
				);
			},
		})),
		{
			promise: "Prod gives nothing to those who are nobody",
			run: async () =>
				refused(await nobody.docker("pull", at("prod", release))),
		},
		{
			promise: "ci has no way into Sandbox with its own credentials",
			run: async () => {
				const secret = await password("ci", "ci-tests");
				refused(
					await newClient().login(address("sandbox"), "ci", secret),
					"unauthorized",
				);
				refused(
					await nobody.skopeo(
						"copy",
						`--src-creds=ci:${secret}`,
						`docker://${sandboxImage}`,
						"dir:/nowhere",
					),
				);
			},
		},
		{
			promise: "nothing of this journey is left on the machine",
			run: async () => {
				index?.dispose();
				await forgetImages(nobody, addresses);
			},
		},
	];
	return {
		checks,
		promoted: () => {
			if (!promoted) throw new Error("the journey did not get to Prod");
			return promoted;
		},
	};
}
