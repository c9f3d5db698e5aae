import { SELF_TEST_REPOSITORY } from "../../../topology/naming.ts";
import type { TestedRegistry } from "../../../topology/self-test-config.ts";
import type { ManifestContent } from "../../oci/registry.ts";
import type { NewClient } from "./clients.ts";
import { bytesOf, type TestImages } from "./images.ts";

/** The self-test's repository at a registry where it may write. */
export interface OwnRepository {
	/** Somebody may delete what is written. */
	readonly isRemovable: boolean;
	/** Makes a tag point to one of the images, whatever it points to now. */
	put(tag: string, content: ManifestContent): Promise<void>;
	/** Removes a tag if it is there and somebody may delete it. */
	remove(tag: string): Promise<void>;
}

/** Opens the repository with those accounts that may write and delete. Undefined where nobody may. */
export function ownRepository(
	{ url, image }: TestedRegistry,
	images: TestImages,
	newClient: NewClient,
): OwnRepository | undefined {
	if (image.kind !== "own") return undefined;
	const writer = newClient(url, image.writer, ["push"]);
	const remover = image.remover && newClient(url, image.remover, ["delete"]);
	return { isRemovable: remover !== undefined, put, remove };

	async function put(tag: string, content: ManifestContent): Promise<void> {
		const current = await writer.headManifest(SELF_TEST_REPOSITORY, tag);
		if (current?.digest === content.digest) return;
		// Where tags never move, an earlier run that broke off is undone like this.
		if (current) await remove(tag);
		for (const { digest, bytes } of [images.config, images.layer]) {
			if (await writer.headBlob(SELF_TEST_REPOSITORY, digest)) continue;
			await writer.uploadBlob(
				SELF_TEST_REPOSITORY,
				{ digest, size: bytes.byteLength },
				async () => bytesOf(bytes),
			);
		}
		await writer.putManifest(SELF_TEST_REPOSITORY, tag, content);
	}

	async function remove(tag: string): Promise<void> {
		if (!(await remover?.headManifest(SELF_TEST_REPOSITORY, tag))) return;
		await remover?.deleteManifest(SELF_TEST_REPOSITORY, tag);
	}
}
