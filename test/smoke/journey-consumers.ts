import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { type Check, expectEqual } from "./checks.ts";
import { forgetImages, newClient, refused, succeeded } from "./clients.ts";
import type { RunningEstate } from "./running-estate.ts";
import { digestAt, MULTI, type Travel, tagAndPush } from "./travel.ts";

/** Consumers get from Prod what was promoted, and nobody gets more than that. */
export function consumers(
	{ address, password }: Pick<RunningEstate, "address" | "password">,
	travel: Travel,
	addresses: readonly string[],
): readonly Check[] {
	const { at, ci, login, nobody, release, sandboxImage, testsImage } = travel;
	return [
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
					`${image.replace(/:[^:]*$/, "")}@${travel.snapshotDigest}`,
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
							`docker://${at("prod", release, MULTI)}`,
							`dir:${folder}`,
						),
					);
				} finally {
					rmSync(folder, { recursive: true, force: true });
				}
				expectEqual(
					"the digest",
					await digestAt(consumer, at("prod", release, MULTI)),
					travel.indexDigest,
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
	];
}
