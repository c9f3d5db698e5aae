import {
	copyFileSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { findOnPath, runCaptured } from "../../../toolchain/process.ts";
import { registryNamed } from "../../../topology/estate.ts";
import { publishedAddress } from "../../../topology/published.ts";
import { type Check, expectEqual } from "../checks.ts";
import { refused, succeeded } from "../clients.ts";
import { LABELS } from "../images.ts";
import type { ClusterEstate, ClusterImage } from "./cluster-estate.ts";

/** An image's way from CI to consumers, with the clients people use and the jobs of the cluster. */
export function clusterJourney(
	running: ClusterEstate,
	image: ClusterImage,
): readonly Check[] {
	const { estate, machine, cosign, password, npm } = running;
	const { repository, snapshotTag, release } = image;
	// With its port: clients that are told nothing try https at 443 first, where nobody answers.
	const addressOf = (tier: string) =>
		`${publishedAddress(registryNamed(estate, tier))}:80`;
	const at = (tier: string, tag: string) =>
		`docker://${addressOf(tier)}/${repository}:${tag}`;
	const skopeo = (...args: readonly string[]) => machine.run("skopeo", args);
	const credentials = (principal: string, tier: string) =>
		`${principal}:${password(principal, tier)}`;
	const digestAt = async (principal: string, tier: string, tag: string) =>
		succeeded(
			await skopeo(
				"inspect",
				"--tls-verify=false",
				`--creds=${credentials(principal, tier)}`,
				"--format={{.Digest}}",
				at(tier, tag),
			),
		).stdout.trim();
	const push = (principal: string, tier: string, tag: string, login = tier) =>
		skopeo(
			"copy",
			"--insecure-policy",
			"--dest-tls-verify=false",
			`--dest-creds=${credentials(principal, login)}`,
			`docker-daemon:${localName(image)}`,
			at(tier, tag),
		);
	return [
		{
			promise: "ci pushes an image to CI Snapshots",
			needed: true,
			run: async () => {
				await build(image);
				succeeded(await push("ci", "ci-snapshots", snapshotTag));
				image.digest = await digestAt("ci", "ci-snapshots", snapshotTag);
			},
		},
		{
			promise: "ci cannot push to Prod, nor with what it has into Sandbox",
			run: async () => {
				refused(await push("ci", "prod", release), "nobody pushes to prod");
				refused(
					await push("ci", "sandbox", "anything", "ci-snapshots"),
					"unauthorized",
				);
			},
		},
		{
			promise: "a Job of promotion refuses what nobody signed, and says so",
			run: async () => {
				const { code, text } = await promote();
				expectEqual(`the exit code of ${text}`, code, 1);
				for (const words of ["no signature", "no SBOM is attached"]) {
					if (!text.includes(words)) throw new Error(text);
				}
			},
		},
		{
			promise: "ci signs it and attaches an SBOM, with cosign",
			run: async () => {
				const name = `${addressOf("ci-snapshots")}/${repository}@${image.digest}`;
				const ci = {
					username: "ci",
					password: password("ci", "ci-snapshots"),
				};
				await cosign.attestSbom(name, ci);
				await cosign.sign(name, ci);
			},
		},
		{
			promise: "a Job of promotion brings it to Prod, with tokens alone",
			needed: true,
			run: async () => {
				const { code, text } = await promote();
				expectEqual(`the exit code of ${text}`, code, 0);
				expectEqual("promotions", JSON.parse(text).counts.promoted, 1);
			},
		},
		{
			promise:
				"a consumer finds it at Prod and through the cache of every region, to the digest",
			run: async () => {
				const caches = estate.regions.map((region) => `prod-${region}`);
				for (const tier of ["prod", ...caches]) {
					expectEqual(
						`the digest at ${tier}`,
						await digestAt("consumer", tier, release),
						image.digest,
					);
				}
			},
		},
		{
			promise:
				"a walk through Prod finds every byte and the promotion's record",
			run: async () => {
				const { stdout, stderr } = await npm("promote", "verify", "--json");
				const { counts, tags } = JSON.parse(reportIn(stdout, stderr));
				expectEqual("broken tags", counts.broken, 0);
				const found = tags.find(
					(tag: { tag: string; record: string }) => tag.tag === release,
				);
				expectEqual("the record", found?.record, "signed");
			},
		},
		{
			promise: "a Job of cleanup sweeps, and leaves what is new",
			run: async () => {
				const args = ["run", "--json"];
				const { code, stdout, stderr } = await npm("jobs cleanup", ...args);
				expectEqual(`the exit code of ${stdout}${stderr}`, code, 0);
				expectEqual(
					"the digest at ci-snapshots",
					await digestAt("ci", "ci-snapshots", snapshotTag),
					image.digest,
				);
			},
		},
	];

	async function promote(): Promise<{ code: number; text: string }> {
		const folder = mkdtempSync(join(tmpdir(), "smoke-promotions-"));
		try {
			writeFileSync(
				join(folder, "smoke.yaml"),
				stringify({
					images: [{ name: repository, dmap: { [image.digest]: [release] } }],
				}),
			);
			const args = ["run", "--json", "--manifests", folder];
			const { code, stdout, stderr } = await npm("promote", ...args);
			return { code, text: reportIn(stdout, stderr) };
		} finally {
			rmSync(folder, { recursive: true });
		}
	}
}

function reportIn(stdout: string, stderr: string): string {
	const report = stdout.slice(stdout.indexOf("{")).trim();
	if (!report.startsWith("{")) throw new Error(stderr || stdout);
	return report;
}

const localName = ({ repository, release }: ClusterImage) =>
	`${repository}:${release}`;

/** A small image whose layers no node has: one that is there under another name would not be pulled. */
async function build(image: ClusterImage): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "smoke-app-"));
	try {
		const busybox = findOnPath("busybox");
		if (!busybox) throw new Error("busybox is not on PATH");
		copyFileSync(realpathSync(busybox), join(folder, "busybox"));
		writeFileSync(join(folder, "release"), `${image.release}\n`);
		writeFileSync(
			join(folder, "Dockerfile"),
			[
				"FROM scratch",
				"COPY busybox release /",
				...Object.entries(LABELS).map(([k, v]) => `LABEL ${k}="${v}"`),
				'ENTRYPOINT ["/busybox", "sleep", "100000"]',
				"",
			].join("\n"),
		);
		succeeded(
			await runCaptured(
				"docker",
				["build", "--quiet", "-t", localName(image), folder],
				{ env: { DOCKER_BUILDKIT: "0" } },
			),
		);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
