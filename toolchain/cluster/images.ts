import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { runCaptured } from "../process.ts";
import { BASE_IMAGES, imageArchive } from "./base-images.ts";
import { CONTAINERD } from "./state.ts";

/** What the node's kubelet runs is in this namespace of containerd. */
const CTR = ["--address", CONTAINERD.socket, "--namespace", "k8s.io"];

/** Whether the node's image store answers. */
export async function imageStoreAnswers(): Promise<boolean> {
	return (await runCaptured("ctr", [...CTR, "version"])).code === 0;
}

/** Brings what the cluster itself runs into the node's store. */
export async function loadBaseImages(): Promise<void> {
	for (const image of BASE_IMAGES) {
		if (await storedDigest(image.name)) continue;
		await importArchive(Readable.from([await imageArchive(image)]));
	}
}

/**
 * Brings an image of the Docker Engine into the node's store, so that pods start from it without a
 * registry.
 *
 * @param name with its tag, e.g. `docker.io/library/registry:3.1.2`
 * @returns the name with its digest in place of the tag, as a pod names it: without a registry in
 * between, the digest is of this archive and not the one the image was pulled by
 * @throws {Error} when the engine does not have it
 */
export async function loadImage(client: Docker, name: string): Promise<string> {
	const full = fullName(name);
	const image = client.getImage(name);
	const { Id, RepoDigests } = await image.inspect();
	// The store also knows an image by the digest of its configuration, which is the engine's name for it.
	const present = await storedDigest(Id);
	if (!present || present !== (await storedDigest(full))) {
		await importArchive(Readable.from(await image.get()));
	}
	const digest = await storedDigest(full);
	if (!digest) throw new Error(`${full} is not in what the engine saved of it`);
	const digests = (RepoDigests ?? []).map((pulled) => pulled.split("@")[1]);
	// A configuration names an image by the digest it was pulled by; that name starts it too.
	for (const known of new Set([digest, ...digests])) {
		await ctr(["images", "tag", "--force", full, byDigest(full, known ?? "")]);
	}
	return byDigest(full, digest);
}

/** Removes an image from the node's store under every name and digest, so that the next pod pulls it. */
export async function forgetImage(name: string): Promise<void> {
	const repository = withoutTag(fullName(name));
	const images = await storedImages();
	const digests = images
		.filter(([stored = ""]) => repositoryOf(stored) === repository)
		.map(([, , digest]) => digest);
	const names = images
		.filter(([, , digest]) => digests.includes(digest))
		.map(([stored = ""]) => stored);
	if (names.length > 0) await ctr(["images", "remove", "--sync", ...names]);
}

const byDigest = (name: string, digest: string) =>
	`${withoutTag(name)}@${digest}`;

const withoutTag = (name: string) => name.replace(/:[^:/]+$/, "");

const repositoryOf = (stored: string) => withoutTag(stored.replace(/@.*/, ""));

/** The name with its registry, as containerd stores it. */
export function fullName(name: string): string {
	const [first = "", ...rest] = name.split("/");
	if (rest.length === 0) return `docker.io/library/${name}`;
	const isHost = /[.:]/.test(first) || first === "localhost";
	return isHost ? name : `docker.io/${name}`;
}

async function storedDigest(name: string): Promise<string | undefined> {
	return (await storedImages()).find(([stored]) => stored === name)?.[2];
}

// Columns: name, media type, digest, …
async function storedImages(): Promise<readonly (readonly string[])[]> {
	const lines = (await ctr(["images", "list"])).trim().split("\n").slice(1);
	return lines.map((line) => line.split(/\s+/));
}

async function importArchive(archive: Readable): Promise<void> {
	const child = spawn("ctr", [...CTR, "images", "import", "-"], {
		stdio: ["pipe", "ignore", "pipe"],
	});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", resolve);
	});
	const [code, problem] = await Promise.all([
		ended,
		text(child.stderr),
		// An import that fails closes its input; its exit code and message tell why.
		pipeline(archive, child.stdin).catch(() => {}),
	]);
	if (code !== 0) throw new Error(`containerd cannot import: ${problem}`);
}

async function ctr(args: readonly string[]): Promise<string> {
	const { code, stdout, stderr } = await runCaptured("ctr", [...CTR, ...args]);
	if (code !== 0) throw new Error(`'ctr ${args.join(" ")}' failed: ${stderr}`);
	return stdout;
}
