import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../services/oci/digest.ts";
import type { Registry } from "../../topology/estate.ts";
import { expectEqual } from "./checks.ts";
import { type Client, forgetImages, newClient, succeeded } from "./clients.ts";
import type { PromotedImage } from "./journey.ts";
import { readerOf } from "./registry-clients.ts";
import type { RunningEstate } from "./running-estate.ts";

/** What home's silence may cost a client that asks a region for a tag. */
const TAG_WITHIN_MS = 2_000;
const CONSUMER = "consumer";

/** Puts the images into the Archive as well, as if they came from upstream. */
export async function copyToArchive(
	running: RunningEstate,
	images: readonly PromotedImage[],
): Promise<void> {
	const { estate, address } = running;
	if (!estate.registries.some(({ name }) => name === "archive")) return;
	const client = newClient();
	await login(running, client, CONSUMER, "prod");
	await login(running, client, "archiver", "archive");
	for (const { repository, tag } of images) {
		succeeded(
			await client.skopeo(
				"copy",
				"--all",
				"--preserve-digests",
				`docker://${address("prod")}/${repository}:${tag}`,
				`docker://${address("archive")}/${repository}:${tag}`,
			),
		);
	}
}

/** Pulls every image through every cache, all of its platforms. */
export async function warm(
	running: RunningEstate,
	caches: readonly Registry[],
	images: readonly PromotedImage[],
): Promise<void> {
	await Promise.all(
		caches.map(async (cache) => {
			const client = newClient();
			await login(running, client, CONSUMER, cache.name);
			await copyWhole(running, client, cache, images);
		}),
	);
}

/**
 * Logs in to every cache and pulls every image from it: with Docker, which had none of them, and
 * with skopeo, whose store is always empty and which takes all platforms.
 */
export async function pullEverywhere(
	running: RunningEstate,
	caches: readonly Registry[],
	images: readonly PromotedImage[],
): Promise<void> {
	const addresses = caches.map(({ name }) => running.address(name));
	await forgetImages(newClient(), addresses);
	// The first to meet a silent home are the tags, whose time is taken; the caches side by side.
	await Promise.all(caches.map((cache) => resolveTags(running, cache, images)));
	await Promise.all(
		caches.map(async (cache) => {
			const client = newClient();
			await login(running, client, CONSUMER, cache.name);
			for (const image of images) await pull(running, client, cache, image);
			await copyWhole(running, client, cache, images);
		}),
	);
	await forgetImages(newClient(), addresses);
}

async function resolveTags(
	running: RunningEstate,
	cache: Registry,
	images: readonly PromotedImage[],
): Promise<void> {
	const client = await readerOf(running, cache);
	await client.ping();
	for (const { repository, tag, digest } of images) {
		const started = performance.now();
		const head = await client.headManifest(repository, tag);
		const took = performance.now() - started;
		const where = `${repository}:${tag} at ${cache.name}`;
		expectEqual(`the digest of ${where}`, head?.digest, digest);
		if (took > TAG_WITHIN_MS) {
			throw new Error(
				`${where} took ${(took / 1_000).toFixed(1)} s, expected at most ${TAG_WITHIN_MS / 1_000} s`,
			);
		}
	}
}

async function login(
	{ address, password }: RunningEstate,
	client: Client,
	principal: string,
	tier: string,
): Promise<void> {
	succeeded(
		await client.login(
			address(tier),
			principal,
			await password(principal, tier),
		),
	);
}

async function pull(
	{ address }: RunningEstate,
	client: Client,
	{ name }: Registry,
	{ repository, tag, digest }: PromotedImage,
): Promise<void> {
	const image = `${address(name)}/${repository}`;
	succeeded(await client.docker("pull", "--quiet", `${image}:${tag}`));
	const { stdout } = succeeded(
		await client.docker(
			"inspect",
			"--format",
			'{{join .RepoDigests " "}}',
			`${image}:${tag}`,
		),
	);
	if (!stdout.trim().split(" ").includes(`${image}@${digest}`)) {
		throw new Error(`${image}:${tag} is ${stdout}, expected ${digest}`);
	}
}

async function copyWhole(
	{ address }: RunningEstate,
	client: Client,
	{ name }: Registry,
	images: readonly PromotedImage[],
): Promise<void> {
	for (const { repository, tag, digest } of images) {
		const folder = mkdtempSync(join(tmpdir(), "smoke-pull-"));
		try {
			succeeded(
				await client.skopeo(
					"copy",
					"--all",
					"--preserve-digests",
					`docker://${address(name)}/${repository}:${tag}`,
					`dir:${folder}`,
				),
			);
			expectEqual(
				`the digest of ${repository}:${tag} at ${name}`,
				digestOf(readFileSync(join(folder, "manifest.json"))),
				digest,
			);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
}
