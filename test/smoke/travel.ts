import { randomBytes } from "node:crypto";
import { type Client, newClient, succeeded } from "./clients.ts";
import type { RunningEstate } from "./running-estate.ts";

/** Repository of the image with one platform, and of the one with two. */
export const SINGLE = "smoke/app";
export const MULTI = "smoke/multi";

/** The images of one journey through the tiers, named unlike those of any before, and who moves them. */
export interface Travel {
	/** Tag of both images in Prod. */
	readonly release: string;
	/** Anonymous. */
	readonly nobody: Client;
	/** Set when it was pushed to CI Snapshots. */
	snapshotDigest: string;
	/** Set when it was made. */
	indexDigest: string;
	/** An image at a published tier. */
	at(tier: string, tag: string, repository?: string): string;
	/** Both images at a published tier, by digest. */
	bothAt(tier: string): readonly string[];
	readonly sandboxImage: string;
	readonly testsImage: string;
	readonly testsTag: string;
	readonly snapshotImage: string;
	/** Another tag that CI Snapshots takes. */
	readonly otherSnapshot: string;
	readonly indexImage: string;
	/** A client with the accounts of a principal at some tiers. */
	login(principal: string, ...tiers: readonly string[]): Promise<Client>;
	ci(): Promise<Client>;
}

export function travel({
	address,
	password,
}: Pick<RunningEstate, "address" | "password">): Travel {
	const run = randomBytes(4).toString("hex");
	const sha = randomBytes(20).toString("hex");
	const number = Number.parseInt(run, 16);
	const release = `1.0.${number}`;
	const at = (tier: string, tag: string, repository = SINGLE) =>
		`${address(tier)}/${repository}:${tag}`;
	const login = async (principal: string, ...tiers: readonly string[]) => {
		const client = newClient();
		for (const tier of tiers) {
			const secret = await password(principal, tier);
			succeeded(await client.login(address(tier), principal, secret));
		}
		return client;
	};
	const images: Travel = {
		release,
		nobody: newClient(),
		snapshotDigest: "",
		indexDigest: "",
		at,
		bothAt: (tier) => [
			`${address(tier)}/${SINGLE}@${images.snapshotDigest}`,
			`${address(tier)}/${MULTI}@${images.indexDigest}`,
		],
		sandboxImage: at("sandbox", "anything-goes", "debian"),
		testsImage: at("ci-tests", `run-${run}`),
		testsTag: `run-${run}`,
		snapshotImage: at("ci-snapshots", `main-${number}-${sha}`),
		otherSnapshot: at("ci-snapshots", `main-${number + 1}-${sha}`),
		indexImage: at("ci-snapshots", `${release}-${sha}`, MULTI),
		login,
		ci: () => login("ci", "ci-tests", "ci-snapshots", "prod"),
	};
	return images;
}

/** The digest of an image, as skopeo sees it. */
export async function digestAt(client: Client, image: string): Promise<string> {
	const inspected = await client.skopeo(
		"inspect",
		"--format",
		"{{.Digest}}",
		`docker://${image}`,
	);
	return succeeded(inspected).stdout.trim();
}

/** Pushes a local image under another name. */
export async function tagAndPush(client: Client, from: string, to: string) {
	succeeded(await client.docker("tag", from, to));
	return client.docker("push", to);
}
