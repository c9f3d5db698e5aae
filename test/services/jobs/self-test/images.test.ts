import { expect, test } from "vitest";
import { parseManifest } from "../../../../services/gate/manifest.ts";
import {
	labelsNotAnnotated,
	needsLabels,
} from "../../../../services/gate/required-labels.ts";
import { testImages } from "../../../../services/jobs/self-test/images.ts";

test("the images have the same digests in every run", () => {
	const { first, second } = testImages([]);
	expect(first.digest).toBe(testImages([]).first.digest);
	expect(second.digest).not.toBe(first.digest);
});

test.each([
	[["team", "owner"]],
	// The label that tells the two apart.
	[["org.opencontainers.image.title"]],
])(
	"labels that a tier requires, %j, are there, and the images are still two",
	(labels) => {
		const { first, second } = testImages(labels);
		expect(second.digest).not.toBe(first.digest);
		for (const { mediaType, bytes } of [first, second]) {
			const manifest = parseManifest(mediaType, bytes);
			if (!needsLabels(manifest)) throw new Error("no image to the gate");
			expect(labelsNotAnnotated(labels, manifest.document)).toEqual([]);
		}
	},
);

test("an image is a container's: tiers that require labels look at it", () => {
	const { first } = testImages([]);
	expect(needsLabels(parseManifest(first.mediaType, first.bytes))).toBe(true);
});
