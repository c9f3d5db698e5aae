import versions from "../../toolchain/versions.json" with { type: "json" };
import { type Check, expectEqual } from "./checks.ts";
import { refused, succeeded } from "./clients.ts";
import { buildNodeApp, writeIndexLayout } from "./images.ts";
import { digestAt, type Travel, tagAndPush } from "./travel.ts";

/** Images get into Sandbox and the CI Pool, and only such as their tiers take. */
export function pushes(travel: Travel): readonly Check[] {
	const { at, ci, nobody } = travel;
	const { sandboxImage, testsImage, testsTag, snapshotImage, indexImage } =
		travel;
	return [
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
				travel.snapshotDigest = await digestAt(client, snapshotImage);
			},
		},
		{
			promise: "ci pushes an index of two platforms to CI Snapshots",
			run: async () => {
				const index = await writeIndexLayout();
				travel.indexDigest = index.digest;
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
				index.dispose();
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
						at("ci-snapshots", testsTag),
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
						at("ci-tests", testsTag, "app"),
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
					travel.snapshotDigest,
				);
				expectEqual(
					"the digest afterwards",
					await digestAt(client, snapshotImage),
					travel.snapshotDigest,
				);
			},
		},
	];
}
