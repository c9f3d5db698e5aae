// Plain JavaScript, because the search for a Node uses it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The site cannot be reached or does not have the file: another source may. */
export class UnavailableError extends Error {
	/** @override */
	name = "UnavailableError";
}

/** What arrived is not what the publisher lists. Never fall back from this one. */
export class ChecksumError extends Error {
	/** @override */
	name = "ChecksumError";
}

// A site that does not answer at all is offline for us; a slow one keeps sending.
const CONNECT_TIMEOUT_MS = 10_000;
const STALL_TIMEOUT_MS = 60_000;

/**
 * Downloads a .tar.gz, compares it with the publisher's list of SHA-256 sums and unpacks it into a
 * folder that appears whole or not at all.
 * @param {{ url: string, checksums: string, folder: string, stripComponents?: number }} args
 *   `checksums` is the URL of a list with lines `<hex>  <file name>`
 * @throws {UnavailableError} when the archive or its list cannot be had
 * @throws {ChecksumError} when the archive is not the one on the list, or not on it
 */
export async function downloadArchive({
	url,
	checksums,
	folder,
	stripComponents = 0,
}) {
	const name = basename(new URL(url).pathname);
	const list = await text(checksums);
	const expected = checksumOf(list, name);
	if (!expected) {
		throw new ChecksumError(
			`${checksums} lists no SHA-256 of ${name}; it was not downloaded`,
		);
	}
	mkdirSync(dirname(folder), { recursive: true });
	const scratch = mkdtempSync(`${folder}.`);
	try {
		const archive = join(scratch, name);
		const actual = await save(url, archive);
		if (actual !== expected) {
			throw new ChecksumError(
				`${url} has the SHA-256 ${actual}, but ${checksums} lists ${expected}; it was deleted and nothing was installed`,
			);
		}
		const unpacked = join(scratch, "unpacked");
		mkdirSync(unpacked);
		const { status, stderr } = spawnSync(
			"tar",
			[
				"-xzf",
				archive,
				"-C",
				unpacked,
				`--strip-components=${stripComponents}`,
			],
			{ encoding: "utf8" },
		);
		if (status !== 0) throw new Error(`cannot unpack ${url}: ${stderr}`);
		rmSync(folder, { recursive: true, force: true });
		renameSync(unpacked, folder);
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

/**
 * The sum a list in the format of `sha256sum` gives for a file.
 * @param {string} list
 * @param {string} name
 * @returns {string | undefined}
 */
export function checksumOf(list, name) {
	for (const line of list.split("\n")) {
		// The second column has a `*` for binary mode and sometimes a leading `./`.
		const found = /^([0-9a-f]{64})\s+\*?(?:\.\/)?(\S+)$/i.exec(line.trim());
		if (found?.[2] === name) return found[1]?.toLowerCase();
	}
	return undefined;
}

/** @param {string} url */
async function text(url) {
	const { response } = await get(url);
	return response.text();
}

/** @param {string} url */
async function get(url) {
	const abort = new AbortController();
	const timer = setTimeout(
		() => abort.abort(new Error("no answer")),
		CONNECT_TIMEOUT_MS,
	);
	try {
		const response = await fetch(url, { signal: abort.signal });
		if (!response.ok) {
			throw new UnavailableError(`${url} answered ${response.status}`);
		}
		return { response, abort };
	} catch (error) {
		if (error instanceof UnavailableError) throw error;
		throw new UnavailableError(`${url} cannot be reached: ${reason(error)}`);
	} finally {
		clearTimeout(timer);
	}
}

/**
 * Writes what a URL answers to a file and hashes it on the way.
 * @param {string} url
 * @param {string} file
 * @returns {Promise<string>} the SHA-256 as hex
 */
async function save(url, file) {
	const { response, abort } = await get(url);
	const hash = createHash("sha256");
	const out = await open(file, "wx");
	const stalled = setTimeout(
		() => abort.abort(new Error("no data for a minute")),
		STALL_TIMEOUT_MS,
	);
	try {
		for await (const chunk of response.body ?? []) {
			stalled.refresh();
			hash.update(chunk);
			await out.write(chunk);
		}
	} catch (error) {
		throw new UnavailableError(`${url} broke off: ${reason(error)}`);
	} finally {
		clearTimeout(stalled);
		await out.close();
	}
	return hash.digest("hex");
}

/** @param {unknown} error */
function reason(error) {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? error.cause.message : error.message;
}
