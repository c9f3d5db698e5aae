import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { commitOf } from "../stacks/commit.ts";
import type { JobServer } from "./job-server.ts";
import { runCaptured, UserError } from "./process.ts";
import { ROOT } from "./stack.ts";

/**
 * The manifests below a folder of this machine, by path within it: what `up` brings to the promoter when
 * the folder is the configured one, with the commit they are of.
 *
 * @param folder relative to the checkout
 * @throws {UserError} when there is no such folder
 */
export function manifestFiles(
	folder: string,
): Readonly<Record<string, string>> {
	const root = resolve(ROOT, folder);
	if (!existsSync(root) || !statSync(root).isDirectory()) {
		throw new UserError(
			`--manifests: no such folder on this machine, got ${folder}; expected a folder with promotion manifests. Fix: name one by its absolute path, or relative to the checkout`,
		);
	}
	const files = readdirSync(root, { recursive: true, encoding: "utf8" })
		.filter(
			(name) => /\.ya?ml$/.test(name) && statSync(join(root, name)).isFile(),
		)
		.sort();
	const commit = commitOf(root, ["*.yaml", "*.yml"]);
	return {
		...Object.fromEntries(
			files.map((name) => [name, readFileSync(join(root, name), "utf8")]),
		),
		"files.json": JSON.stringify({
			files,
			...(commit !== undefined && { commit }),
		}),
	};
}

/** The same as an archive. */
export function manifestArchive(folder: string): Promise<Buffer> {
	const tar = pack();
	for (const [name, text] of Object.entries(manifestFiles(folder))) {
		tar.entry({ name }, text);
	}
	tar.finalize();
	return buffer(tar);
}

/**
 * Unpacks an archive into a container for as long as the action runs.
 *
 * @param action gets the folder's path inside the container
 */
export async function withUnpacked<T>(
	{ env, container }: JobServer,
	archive: Buffer,
	action: (folder: string) => Promise<T>,
): Promise<T> {
	// The one place that can be written to: the root of an estate's container is read-only.
	const folder = `/tmp/manifests-${randomBytes(8).toString("hex")}`;
	const inside = (script: string, input: Uint8Array = Buffer.alloc(0)) =>
		runCaptured(
			"docker",
			["exec", "--interactive", container, "sh", "-c", script],
			{ env, input },
		);
	try {
		const unpacked = await inside(
			`mkdir -m 700 ${folder} && tar -x -C ${folder} -f -`,
			archive,
		);
		if (unpacked.code !== 0) {
			throw new UserError(
				`the manifests cannot be brought to the promoter: ${unpacked.stderr.trim()}`,
			);
		}
		return await action(folder);
	} finally {
		await inside(`rm -rf ${folder}`);
	}
}
