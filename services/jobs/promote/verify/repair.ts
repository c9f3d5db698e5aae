import { all } from "../../../oci/all.ts";
import type { Registry } from "../../../oci/registry.ts";
import { messageOf } from "../../error-message.ts";
import type { Damage } from "./walk-image.ts";

/**
 * Brings what is damaged in a repository of the destination from the same repository of the source,
 * whatever the destination says it has: blobs first, then manifests.
 *
 * @returns why something could not be brought, a line each.
 */
export async function repair(
	damages: readonly Damage[],
	repository: string,
	source: Registry,
	destination: Registry,
): Promise<readonly string[]> {
	const blobs = damages.filter(({ kind }) => kind === "blob");
	const manifests = damages.filter(({ kind }) => kind === "manifest");
	const failed = [
		...(await all(blobs, (blob) =>
			attempt(blob, () =>
				destination.uploadBlob(repository, blob, () =>
					source.getBlob(repository, blob.digest),
				),
			),
		)),
		...(await all(manifests, (manifest) =>
			attempt(manifest, async () =>
				destination.putManifest(
					repository,
					manifest.digest,
					await source.getManifest(repository, manifest.digest),
				),
			),
		)),
	];
	return failed.flat();
}

async function attempt(
	{ kind, digest }: Damage,
	bring: () => Promise<void>,
): Promise<readonly string[]> {
	try {
		await bring();
		return [];
	} catch (error) {
		return [`${kind} ${digest} cannot be brought again: ${messageOf(error)}`];
	}
}
