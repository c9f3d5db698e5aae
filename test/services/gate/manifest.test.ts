import { describe, expect, test } from "vitest";
import { mediaTypeOf, parseManifest } from "../../../services/gate/manifest.ts";
import {
	DOCKER_MANIFEST,
	descriptor,
	image,
	index,
	OCI_INDEX,
	OCI_MANIFEST,
} from "./manifests.ts";

const parse = (type: string, body: string) =>
	parseManifest(type, Buffer.from(body));
const withMember = (text: string, member: string) =>
	text.replace(/^\{/, `{${member},`);

describe("parseManifest", () => {
	test("reads images and indexes of both families", () => {
		expect(parse(OCI_MANIFEST, image("a")).kind).toBe("image");
		expect(parse(OCI_INDEX, index(image("a"))).kind).toBe("index");
		expect(
			parse(DOCKER_MANIFEST, image("a", { mediaType: DOCKER_MANIFEST })).kind,
		).toBe("image");
	});

	test("takes an OCI manifest without mediaType, as the specification allows", () => {
		expect(parse(OCI_MANIFEST, image("a", { mediaType: undefined })).kind).toBe(
			"image",
		);
	});

	test("takes null for a list Go had nothing in", () => {
		expect(parse(OCI_MANIFEST, image("a", { layers: null })).kind).toBe(
			"image",
		);
		expect(
			parse(OCI_MANIFEST, image("a", { manifests: null, annotations: null }))
				.kind,
		).toBe("image");
	});

	test.each([
		[
			"a Content-Type that is not the body's mediaType",
			OCI_INDEX,
			image("a"),
			`its mediaType is '${OCI_MANIFEST}' and its Content-Type '${OCI_INDEX}': expected the same`,
		],
		[
			"manifests beside layers",
			OCI_MANIFEST,
			image("a", { manifests: [] }),
			"it has manifests and layers: expected one of them",
		],
		[
			"manifests beside a config",
			OCI_INDEX,
			withMember(index(), '"config":{}'),
			"it has manifests and layers: expected one of them",
		],
		[
			"schema 1",
			"application/vnd.docker.distribution.manifest.v1+prettyjws",
			"{}",
			"schema 1 is not accepted: push with a client that writes schema 2 or OCI manifests",
		],
		[
			"schemaVersion 1",
			OCI_MANIFEST,
			image("a", { schemaVersion: 1 }),
			"schemaVersion: Invalid input: expected 2",
		],
		[
			"an image without config",
			OCI_MANIFEST,
			image("a", { config: undefined }),
			"config: Invalid input: expected object, received undefined",
		],
		[
			"a digest of another algorithm",
			OCI_MANIFEST,
			image("a", { config: { ...descriptor("", ""), digest: "sha512:00" } }),
			"config.digest: expected sha256 and 64 hexadecimal digits",
		],
		[
			"a negative size",
			OCI_MANIFEST,
			image("a", { layers: [{ ...descriptor("a", ""), size: -1 }] }),
			"layers.0.size: Too small: expected number to be >=0",
		],
		[
			"a layer that lies elsewhere",
			OCI_MANIFEST,
			image("a", { layers: [{ ...descriptor("a", ""), urls: ["http://x/"] }] }),
			"layers.0.urls: expected none: this registry stores its layers itself",
		],
		[
			"a member Go would take for layers",
			OCI_MANIFEST,
			image("a", { Layers: [] }),
			"it: has a member 'Layers': expected 'layers'",
		],
		[
			"a member with a long s, which Go folds",
			OCI_MANIFEST,
			image("a", { "layer\u017f": [] }),
			"it: has a member 'layer\u017f': expected 'layers'",
		],
		[
			"an index with layers in another spelling",
			OCI_INDEX,
			withMember(index(), '"Layers":[]'),
			"it: has a member 'Layers': expected 'layers'",
		],
		[
			"a second digest Go would take for the first",
			OCI_MANIFEST,
			image("a", {
				config: { ...descriptor("", ""), Digest: descriptor("x", "").digest },
			}),
			"config: has a member 'Digest': expected 'digest'",
		],
		[
			"a layer's type in another spelling",
			OCI_MANIFEST,
			image("a", { layers: [{ ...descriptor("a", ""), MEDIATYPE: "x" }] }),
			"layers.0: has a member 'MEDIATYPE': expected 'mediaType'",
		],
		[
			"a member twice",
			OCI_MANIFEST,
			withMember(image("a"), '"config":{}'),
			"a member is there twice: expected each once",
		],
		[
			"a member twice further down",
			OCI_MANIFEST,
			image("a").replace('"size":', '"size":1,"size":'),
			"a member is there twice: expected each once",
		],
		["a list", OCI_MANIFEST, "[]", "it is not a JSON object"],
		["no JSON", OCI_MANIFEST, "{", "it is not a JSON object"],
		["nothing", OCI_MANIFEST, "", "it is not a JSON object"],
	])("refuses %s", (_, type, body, problem) => {
		expect(() => parse(type, body)).toThrow(
			expect.objectContaining({
				status: 400,
				code: "MANIFEST_INVALID",
				message: `manifest invalid: ${problem}`,
			}),
		);
	});

	test("refuses bytes that are not UTF-8", () => {
		const text = image("a", { annotations: { "a.b": "\u00ff" } });
		const body = Buffer.from(text, "latin1");
		expect(() => parseManifest(OCI_MANIFEST, body)).toThrow(
			"manifest invalid: it is not a JSON object",
		);
	});

	test("names the media types it takes", () => {
		expect(() => parse("text/plain", image("a"))).toThrow(
			"manifest invalid: Content-Type 'text/plain' is not accepted: expected " +
				"application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, " +
				"application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json",
		);
		expect(() => parse("__proto__", image("a"))).toThrow("not accepted");
	});

	test("is not misled by braces, quotes and escapes in strings", () => {
		const annotations = { 'a":"b': '\\"x":', "\\": "}{", "": '{"a":1}' };
		expect(parse(OCI_MANIFEST, image("a", { annotations })).kind).toBe("image");
	});
});

test("mediaTypeOf leaves out parameters and case", () => {
	expect(mediaTypeOf("Application/JSON ; charset=utf-8")).toBe(
		"application/json",
	);
	expect(mediaTypeOf(undefined)).toBe("");
});
