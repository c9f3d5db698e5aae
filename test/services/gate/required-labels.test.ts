import { describe, expect, test } from "vitest";
import { parseManifest } from "../../../services/gate/manifest.ts";
import {
	labelsNotAnnotated,
	labelsNotConfigured,
	needsLabels,
} from "../../../services/gate/required-labels.ts";
import {
	descriptor,
	image,
	index,
	OCI_INDEX,
	OCI_MANIFEST,
} from "./manifests.ts";

const parsed = (text: string, type = OCI_MANIFEST) =>
	parseManifest(type, Buffer.from(text));
const layers = (...types: string[]) => ({
	layers: types.map((type) => descriptor(type, type)),
});
const subject = descriptor("subject", OCI_MANIFEST);

describe("needsLabels", () => {
	test.each([
		"application/vnd.oci.image.layer.v1.tar+zstd",
		"application/vnd.oci.image.layer.nondistributable.v1.tar",
		"application/vnd.docker.image.rootfs.diff.tar.gzip",
	])("applies to an image with a layer of type %s", (type) => {
		expect(needsLabels(parsed(image("a", layers("text/plain", type))))).toBe(
			true,
		);
	});

	test.each([
		"application/vnd.in-toto+json",
		"application/vnd.dev.cosign.simplesigning.v1+json",
		"application/vnd.cncf.helm.chart.content.v1.tar+gzip",
	])("does not apply to an artifact of type %s", (type) => {
		expect(needsLabels(parsed(image("a", layers(type))))).toBe(false);
	});

	test("does not apply to an index", () => {
		expect(needsLabels(parsed(index(image("a")), OCI_INDEX))).toBe(false);
	});

	test("does not apply to what describes a subject, even with the layer type oras gives files", () => {
		const config = descriptor("{}", "application/vnd.oci.empty.v1+json");
		expect(needsLabels(parsed(image("a", { subject, config })))).toBe(false);
	});

	test("applies to an image that only claims a subject", () => {
		expect(needsLabels(parsed(image("a", { subject })))).toBe(true);
	});
});

describe("missing labels", () => {
	const REVISION = "org.opencontainers.image.revision";
	const required = [REVISION, "team"];

	const notAnnotated = (annotations: Record<string, string>) => {
		const manifest = parsed(image("a", { annotations }));
		if (manifest.kind !== "image") throw new Error("not an image");
		return labelsNotAnnotated(required, manifest.document);
	};
	const notConfigured = (Labels: unknown) =>
		labelsNotConfigured(
			required,
			Buffer.from(JSON.stringify({ config: { Labels } })),
		);

	test("are those that are neither annotated nor configured", () => {
		expect(notAnnotated({ team: "x", other: "y" })).toEqual([REVISION]);
		expect(notAnnotated({ team: "x", [REVISION]: "y" })).toEqual([]);
		expect(notConfigured({ team: "x", other: "y" })).toEqual([REVISION]);
		expect(notConfigured({ team: "x", [REVISION]: "y" })).toEqual([]);
		expect(notConfigured(null)).toEqual(required);
	});

	test("include those with an empty value", () => {
		expect(notAnnotated({ team: "", [REVISION]: "y" })).toEqual(["team"]);
		expect(notConfigured({ team: "", [REVISION]: "y" })).toEqual(["team"]);
	});

	test("are all of them where the configuration is no image configuration", () => {
		for (const text of ["", "[]", "{}", '{"config":{"Labels":[]}}', "null"]) {
			expect(labelsNotConfigured(required, Buffer.from(text))).toEqual(
				required,
			);
		}
	});
});
