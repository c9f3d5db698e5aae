import { spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { cacheFolder, stateFolder } from "../folders.mjs";
import { UserError } from "../process.ts";
import { say, step } from "../step.ts";
import versions from "../versions.json" with { type: "json" };
import { type ImageRecipe, RECIPES } from "./recipes.ts";

export type ImageName = keyof typeof versions.images;

/** The images the `dev` estate runs on. */
export const ESTATE_IMAGES: readonly ImageName[] = [
	"registry",
	"nginx",
	"node",
];

/**
 * Sees to it that the engine has the images: what is there stays, what can be pulled is pulled and
 * held to the digest first seen, and the rest is built under the same name.
 */
export async function ensureImages(
	client: Docker,
	names: readonly ImageName[],
): Promise<void> {
	for (const name of names) {
		const reference = versions.images[name];
		if (await isPresent(client, reference)) continue;
		const problem = await pull(client, reference);
		if (!problem) continue;
		say(`${reference} cannot be pulled: ${problem}`);
		await build(client, reference, RECIPES[name]);
	}
}

async function isPresent(client: Docker, reference: string): Promise<boolean> {
	return client
		.getImage(reference)
		.inspect()
		.then(
			() => true,
			() => false,
		);
}

/** @returns why the image could not be pulled, if it could not */
async function pull(
	client: Docker,
	reference: string,
): Promise<string | undefined> {
	try {
		await step(`pulling ${reference}`, {}, async () => {
			const stream = await client.pull(reference);
			await new Promise<void>((resolve, reject) =>
				client.modem.followProgress(stream, (error) =>
					error ? reject(error) : resolve(),
				),
			);
		});
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
	await holdToDigest(client, reference);
	return undefined;
}

/**
 * Remembers the digest the first pull of a name showed; another digest later is refused.
 *
 * @throws {UserError} when the name now stands for something else
 */
async function holdToDigest(client: Docker, reference: string): Promise<void> {
	const { RepoDigests } = await client.getImage(reference).inspect();
	const digest = RepoDigests?.[0]?.split("@")[1];
	if (!digest) return;
	const file = join(stateFolder(), "image-digests.json");
	const seen: Record<string, string> = existsSync(file)
		? JSON.parse(readFileSync(file, "utf8"))
		: {};
	const first = seen[reference];
	if (first === undefined) {
		mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
		seen[reference] = digest;
		writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`);
	} else if (first !== digest) {
		await client.getImage(reference).remove({ force: true });
		throw new UserError(
			`${reference} is now ${digest}, but was ${first} when it was first pulled; it was removed again. Fix: find out who moved the tag; if the new image is right, delete the line from ${file}`,
		);
	}
}

async function build(
	client: Docker,
	reference: string,
	{ contents, usually, fill, instructions }: ImageRecipe,
): Promise<void> {
	mkdirSync(cacheFolder(), { recursive: true });
	const root = mkdtempSync(join(cacheFolder(), "image."));
	try {
		await step(`building ${reference}: ${contents}`, { usually }, async () => {
			await fill(root);
			await importFolder(client, root, reference, instructions);
		});
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

async function importFolder(
	client: Docker,
	root: string,
	reference: string,
	changes: readonly string[],
): Promise<void> {
	const colon = reference.lastIndexOf(":");
	const tar = spawn(
		"tar",
		["--owner=0", "--group=0", "--numeric-owner", "-C", root, "-c", "."],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	const answer = await client.importImage(tar.stdout, {
		repo: reference.slice(0, colon),
		tag: reference.slice(colon + 1),
		changes: [...changes],
	});
	// The engine reports a failure of the import in the body of a successful answer.
	const body = (await buffer(answer)).toString();
	if (body.includes('"error"'))
		throw new Error(`cannot import ${reference}: ${body}`);
}
