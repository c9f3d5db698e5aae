import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	InvalidManifestError,
	parseManifest,
	parseReferrers,
} from "../../../services/oci/manifest.ts";
import {
	blob,
	descriptorOf,
	image,
	index,
	OCI,
	referrer,
	sha256,
} from "./images.ts";

const MANIFEST = `${OCI}.manifest.v1+json`;
const INDEX = `${OCI}.index.v1+json`;
const DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

const layer = blob("layer");
const app = image([layer]);
const json = () => JSON.parse(app.bytes.toString());
const indexJson = () => JSON.parse(index([app]).bytes.toString());

/** Parses JSON as a registry would send it. */
function parse(value: unknown, type = MANIFEST) {
	return parseManifest(Buffer.from(JSON.stringify(value)), type);
}

test("an image is its config and layers", () => {
	expect(parseManifest(app.bytes, app.mediaType)).toEqual({
		kind: "image",
		config: descriptorOf(app.blobs[0] ?? layer),
		layers: [descriptorOf(layer)],
		subject: undefined,
		artifactType: `${OCI}.config.v1+json`,
		annotations: {},
	});
});

test("an artifact has a subject and a type", () => {
	const signature = referrer(app, "application/vnd.example");
	expect(parseManifest(signature.bytes, signature.mediaType)).toMatchObject({
		subject: descriptorOf(app),
		artifactType: "application/vnd.example",
	});
});

test("an index is its manifests, with all it says about them", () => {
	const both = index([app]);
	expect(parseManifest(both.bytes, both.mediaType)).toEqual({
		kind: "index",
		manifests: [
			{
				...descriptorOf(app),
				platform: { os: "linux", architecture: "amd64" },
			},
		],
		annotations: {},
	});
});

test("an OCI manifest may leave its media type out, a Docker manifest may not", () => {
	const { mediaType: _, ...rest } = json();
	expect(parse(rest).kind).toBe("image");
	expect(() => parse(rest, DOCKER)).toThrow(
		`mediaType: got 'undefined', expected '${DOCKER}' as the registry says`,
	);
});

const withLayer = (extra: object) => ({
	...json(),
	layers: [{ ...descriptorOf(layer), ...extra }],
});
const withEntry = (extra: object) => ({
	...indexJson(),
	manifests: [{ ...descriptorOf(app), ...extra }],
});
const data = Buffer.from("layer").toString("base64");

describe("is refused:", () => {
	test.each<[string, unknown, string]>([
		[
			"another media type than the registry says",
			{ ...json(), mediaType: INDEX },
			`mediaType: got '${INDEX}', expected '${MANIFEST}' as the registry says`,
		],
		[
			"layers and manifests in one",
			{ ...json(), manifests: [] },
			"manifests: expected either layers or manifests",
		],
		[
			"a key that Go would read as another",
			{ ...json(), LAYERS: [] },
			"LAYERS: expected it to be written 'layers'",
		],
		[
			"schema 1",
			{ schemaVersion: 1, name: "a", fsLayers: [] },
			"schemaVersion: expected 2",
		],
		["no layers", { ...json(), layers: undefined }, "layers: "],
		[
			"129 layers",
			{ ...json(), layers: Array(129).fill(descriptorOf(layer)) },
			"layers: got 129, expected at most 128",
		],
		[
			"a negative size",
			withLayer({ size: -1 }),
			"layers.0.size: expected a size of 0 or more bytes",
		],
		[
			"half a byte",
			withLayer({ size: 0.5 }),
			"layers.0.size: expected a whole number of bytes",
		],
		[
			"a size in words",
			withLayer({ size: "5" }),
			"layers.0.size: expected a whole number of bytes",
		],
		[
			"a size no computer counts to",
			withLayer({ size: 1e300 }),
			"layers.0.size: expected a whole number of bytes",
		],
		[
			"more than 20 GiB",
			withLayer({ size: 20 * 1024 ** 3 + 1 }),
			"layers: expected at most 21474836480 bytes in all layers",
		],
		[
			"a config of more than 4 MiB",
			{ ...json(), config: { ...descriptorOf(layer), size: 4_194_305 } },
			"config: expected a config of at most 4194304 bytes",
		],
		[
			"content elsewhere",
			withLayer({ urls: ["https://example.com/"] }),
			"layers.0.urls: expected none: content outside the registry is not followed",
		],
		[
			"a layer that may not be distributed",
			withLayer({ mediaType: `${OCI}.layer.nondistributable.v1.tar` }),
			"layers.0: expected a layer that may be distributed",
		],
		[
			"a foreign layer",
			withLayer({
				mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
			}),
			"layers.0: expected a layer that may be distributed",
		],
		[
			"sha512",
			withLayer({ digest: `sha512:${"0".repeat(128)}` }),
			"layers.0.digest: expected sha256: and 64 lower-case hex digits",
		],
		[
			"upper-case hex",
			withLayer({ digest: layer.digest.toUpperCase() }),
			"layers.0.digest: expected sha256: and 64 lower-case hex digits",
		],
		[
			"a path for a digest",
			withLayer({ digest: "sha256:../../x" }),
			"layers.0.digest: expected sha256: and 64 lower-case hex digits",
		],
		[
			"no media type",
			withLayer({ mediaType: "tar" }),
			"layers.0.mediaType: expected a media type",
		],
		[
			"data that is other content",
			withLayer({ data: Buffer.from("other").toString("base64") }),
			"layers.0: expected data that has the size and digest of the descriptor",
		],
		[
			"data of another size",
			withLayer({ data, size: 4 }),
			"layers.0: expected data that has the size and digest of the descriptor",
		],
		[
			"annotations for a terminal",
			{ ...json(), annotations: { a: "\u001b[2J" } },
			"annotations: expected strings without control characters, at most 65536 bytes in all",
		],
		[
			"annotations by the megabyte",
			{ ...json(), annotations: { a: "x".repeat(65_536) } },
			"annotations: expected strings without control characters, at most 65536 bytes in all",
		],
		[
			"annotations that are no strings",
			{ ...json(), annotations: { a: 1 } },
			"annotations: expected strings without control characters, at most 65536 bytes in all",
		],
		[
			"a subject that is no descriptor",
			{ ...json(), subject: { digest: "x" } },
			"subject.mediaType: ",
		],
	])("%s", (_, value, message) => {
		expect(() => parse(value)).toThrow(InvalidManifestError);
		expect(() => parse(value)).toThrow(message);
	});

	test.each<[string, unknown, string]>([
		[
			"an empty index",
			{ ...indexJson(), manifests: [] },
			"manifests: expected at least one",
		],
		[
			"65 manifests",
			{ ...indexJson(), manifests: Array(65).fill(descriptorOf(app)) },
			"manifests: got 65, expected at most 64",
		],
		[
			"layers in an index",
			{ ...indexJson(), layers: [] },
			"layers: expected either layers or manifests",
		],
		[
			"a config in an index",
			{ ...indexJson(), config: descriptorOf(layer) },
			"config: expected none in an index",
		],
		[
			"an entry that is no manifest",
			withEntry({ mediaType: "application/json" }),
			"manifests.0: expected the media type of an OCI or Docker manifest",
		],
		[
			"an entry of more than 4 MiB",
			withEntry({ size: 4_194_305 }),
			"manifests.0: expected a manifest of at most 4194304 bytes",
		],
		[
			"an entry with content elsewhere",
			withEntry({ urls: ["https://example.com/"] }),
			"manifests.0.urls: expected none: content outside the registry is not followed",
		],
	])("%s", (_, value, message) => {
		expect(() => parse(value, INDEX)).toThrow(InvalidManifestError);
		expect(() => parse(value, INDEX)).toThrow(message);
	});

	test.each<[string, Buffer, string]>([
		["nothing", Buffer.alloc(0), "it is not JSON in UTF-8"],
		["no JSON", Buffer.from("{"), "it is not JSON in UTF-8"],
		[
			"other than UTF-8",
			Buffer.from([0x22, 0xff, 0x22]),
			"it is not JSON in UTF-8",
		],
		["a list", Buffer.from("[]"), "it is not a JSON object"],
		["null", Buffer.from("null"), "it is not a JSON object"],
		[
			"more than 4 MiB",
			Buffer.alloc(4_194_305, " "),
			"it has 4194305 bytes, expected at most 4194304",
		],
	])("%s", (_, bytes, message) => {
		expect(() => parseManifest(bytes, MANIFEST)).toThrow(
			new InvalidManifestError(message),
		);
	});

	test.each([
		"application/vnd.docker.distribution.manifest.v1+prettyjws",
		"text/html",
		"",
	])("media type '%s'", (type) => {
		expect(() => parse(json(), type)).toThrow(
			`its media type is '${type}', expected one of ${MANIFEST}, ${DOCKER}`,
		);
	});
});

test("data that is the content itself is taken", () => {
	expect(parse(withLayer({ data })).kind).toBe("image");
});

test("line breaks in a description are taken", () => {
	expect(
		parse({ ...json(), annotations: { a: "one\ntwo" } }).annotations,
	).toEqual({ a: "one\ntwo" });
});

test("a hundred thousand entries are one problem", () => {
	const value = { ...indexJson(), manifests: Array(100_000).fill(0) };
	expect(() => parse(value, INDEX)).toThrow(
		new InvalidManifestError("manifests: got 100000, expected at most 64"),
	);
});

test("of many problems the first five are told", () => {
	const value = {
		...json(),
		layers: Array(9).fill({ ...descriptorOf(layer), size: -1 }),
	};
	expect(() => parse(value)).toThrow(
		new InvalidManifestError(
			`${[0, 1, 2, 3, 4].map((i) => `layers.${i}.size: expected a size of 0 or more bytes`).join("; ")}; and 4 more`,
		),
	);
});

test("a list of referrers may be empty, an index that is an image may not", () => {
	const empty = Buffer.from(JSON.stringify({ ...indexJson(), manifests: [] }));
	expect(parseReferrers(empty, INDEX)).toEqual([]);
	expect(() => parseManifest(empty, INDEX)).toThrow(InvalidManifestError);
});

const digest = fc
	.stringMatching(/^[0-9a-f]{8}$/)
	.map((text) => sha256(Buffer.from(text)));
const descriptors = fc.record({
	mediaType: fc.constantFrom(`${OCI}.layer.v1.tar`, `${OCI}.layer.v1.tar+gzip`),
	digest,
	size: fc.nat(1_000_000),
});

test("whatever a builder writes is read back", () => {
	fc.assert(
		fc.property(
			descriptors,
			fc.array(descriptors, { maxLength: 128 }),
			(config, layers) => {
				expect(
					parse({ schemaVersion: 2, mediaType: MANIFEST, config, layers }),
				).toEqual({
					kind: "image",
					config,
					layers,
					subject: undefined,
					artifactType: config.mediaType,
					annotations: {},
				});
			},
		),
	);
});

test("nothing makes it throw anything but its own error", () => {
	const types = fc.constantFrom(MANIFEST, INDEX, DOCKER, "x");
	const keys = [
		"schemaVersion",
		"mediaType",
		"config",
		"layers",
		"manifests",
		"subject",
		"annotations",
		"artifactType",
		"__proto__",
		"constructor",
	];
	const value = fc.oneof(
		fc.jsonValue(),
		fc.dictionary(
			fc.constantFrom(...keys),
			fc.oneof(fc.jsonValue(), descriptors, fc.array(descriptors)),
			{ noNullPrototype: true },
		),
	);
	fc.assert(
		fc.property(value, types, (content, type) => {
			try {
				parse(content, type);
			} catch (error) {
				expect(error).toBeInstanceOf(InvalidManifestError);
			}
		}),
		{ numRuns: 3000 },
	);
});
