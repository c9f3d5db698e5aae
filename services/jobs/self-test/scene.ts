import { SELF_TEST_REPOSITORY } from "../../../topology/naming.ts";
import type { TestedRegistry } from "../../../topology/self-test-config.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ManifestContent } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import type { NewClient } from "./clients.ts";
import { findImage, firstTag, type ImageTag } from "./find-image.ts";
import { type TestImages, testImages } from "./images.ts";
import { type OwnRepository, ownRepository } from "./own-repository.ts";
import type { TagState } from "./verdict.ts";

/** What a registry holds for the self-test while its cells are tried. */
export interface Scene {
	readonly images: TestImages;
	/** The image that is pulled and moved. */
	readonly image: PlacedImage | MissingImage;
	/** A tag that is not there, in the self-test's repository. @default - none that the registry takes */
	readonly newTag: string | undefined;
	/** Absent where nothing is put for a test. */
	readonly own: OwnRepository | undefined;
	/** What the tags that are touched point to now. */
	tags(): Promise<TagState>;
	/** Pushes an image under the new tag, for somebody to delete. */
	placeNewTag(): Promise<void>;
	/** Brings everything back to where it was at first. */
	restore(): Promise<void>;
	/** Takes away what can be taken away. */
	clear(): Promise<void>;
}

/** An image with its bytes, so that its tag can be moved back. */
export interface PlacedImage extends ImageTag {
	readonly kind: "placed";
	readonly content: ManifestContent;
}

/** There is none: the tier is empty, which is no failure, or it could not be had. */
export interface MissingImage {
	readonly kind: "missing";
	readonly outcome: "not-tried" | "failed";
	readonly reason: string;
}

/** A tag as states and messages name it. */
export const nameOfTag = ({ repository, tag }: ImageTag) =>
	`${repository}:${tag}`;

/** Sees to the image that a registry's cells are tried with. */
export async function openScene(
	registry: TestedRegistry,
	newClient: NewClient,
): Promise<Scene> {
	const images = testImages(registry.requiredLabels);
	const own = ownRepository(registry, images, newClient);
	const witness = newClient(registry.url, registry.witness);
	const image = await placedImage();
	const newTag = registry.newTag ?? unusedTag(image);
	return { images, image, newTag, own, tags, placeNewTag, restore, clear };

	async function placedImage(): Promise<Scene["image"]> {
		try {
			if (registry.newTag !== undefined) await own?.remove(registry.newTag);
			const found = await imageTag();
			if (!found) {
				const reason = `no image is in ${registry.name}`;
				return { kind: "missing", outcome: "not-tried", reason };
			}
			const content = await witness.getManifest(found.repository, found.tag);
			return { kind: "placed", ...found, content };
		} catch (error) {
			const reason = `no image to try it with: ${messageOf(error)}`;
			return { kind: "missing", outcome: "failed", reason };
		}
	}

	async function imageTag(): Promise<ImageTag | undefined> {
		const { image } = registry;
		if (image.kind === "found") {
			const { url, witness } = image.origin;
			return findImage(newClient(url, witness));
		}
		if (image.tag === undefined) return firstTag(witness, SELF_TEST_REPOSITORY);
		await own?.put(image.tag, images.first);
		return { repository: SELF_TEST_REPOSITORY, tag: image.tag };
	}

	async function tags(): Promise<TagState> {
		const touched = [
			...(image.kind === "placed" ? [image] : []),
			...(newTag === undefined
				? []
				: [{ repository: SELF_TEST_REPOSITORY, tag: newTag }]),
		];
		const state = new Map<string, Digest | undefined>();
		for (const name of touched) {
			const head = await witness.headManifest(name.repository, name.tag);
			state.set(nameOfTag(name), head?.digest);
		}
		return state;
	}

	async function placeNewTag(): Promise<void> {
		if (newTag !== undefined) await own?.put(newTag, images.first);
	}

	async function restore(): Promise<void> {
		if (image.kind === "placed") await own?.put(image.tag, image.content);
		if (newTag !== undefined) await own?.remove(newTag);
	}

	async function clear(): Promise<void> {
		if (newTag !== undefined) await own?.remove(newTag);
		const kept = registry.image.kind === "own" ? registry.image.tag : undefined;
		if (kept !== undefined) await own?.remove(kept);
	}
}

// A tag that is there in another repository is one that the registry takes.
function unusedTag(image: Scene["image"]): string | undefined {
	return image.kind === "placed" && image.repository !== SELF_TEST_REPOSITORY
		? image.tag
		: undefined;
}
