import { describe, expect, test } from "vitest";
import { inspectImage } from "../../../../services/jobs/promote/inspect-image.ts";
import { RegistryError } from "../../../../services/oci/errors.ts";
import { InvalidManifestError } from "../../../../services/oci/manifest.ts";
import { blob, descriptorOf, type TestImage } from "../../oci/images.ts";
import { builtImage, configFor, LABELS } from "./built-images.ts";
import { APP, registryHarness } from "./registry-harness.ts";

const harness = registryHarness();

async function inspect(image: TestImage) {
	await harness.push(image);
	return inspectImage(harness.registry, APP, image.digest);
}

const platforms = async (image: TestImage) => (await inspect(image)).platforms;

/** Why the image is not fit to be promoted. */
async function problem(image: TestImage): Promise<string> {
	const error = await inspect(image).catch((error: unknown) => error);
	if (!(error instanceof InvalidManifestError)) throw error;
	const start = `manifest ${image.digest} of ${harness.server.host}/${APP} is not fit to be promoted: `;
	expect(error.message.slice(0, start.length)).toBe(start);
	return error.message.slice(start.length);
}

test("an image is told with its platform, its labels and its layers", async () => {
	const layers = [blob("base"), blob("the app")];
	const image = builtImage({ layers });
	expect(await inspect(image)).toEqual({
		platforms: [
			{ digest: image.digest, platform: "linux/amd64", labels: LABELS },
		],
		layers: new Map([
			[layers[0]?.digest, 4],
			[layers[1]?.digest, 7],
		]),
		attestations: [],
	});
});

test("a variant is part of the platform", async () => {
	const config = { ...configFor("arm64"), variant: "v8" };
	expect(await platforms(builtImage({ config }))).toMatchObject([
		{ platform: "linux/arm64/v8" },
	]);
});

test("what the manifest notes counts as a label, unless the config says otherwise", async () => {
	const image = builtImage({
		config: configFor("amd64", { both: "config", config: "c" }),
		extra: { annotations: { both: "manifest", manifest: "m" } },
	});
	expect(await platforms(image)).toMatchObject([
		{ labels: { both: "config", config: "c", manifest: "m" } },
	]);
});

test.each([
	["without a config section", { os: "linux", architecture: "amd64" }],
	["with none", { os: "linux", architecture: "amd64", config: null }],
	[
		"without labels",
		{ os: "linux", architecture: "amd64", config: { Labels: null } },
	],
])("a config %s has no labels", async (_, config) => {
	expect(await platforms(builtImage({ config }))).toMatchObject([
		{ platform: "linux/amd64", labels: {} },
	]);
});

describe("an image is not fit to be promoted", () => {
	const NO_CONFIG =
		"its config is not that of an image, with architecture and os";

	test.each([
		["has no os", { architecture: "amd64" }],
		["has an empty os", { os: "", architecture: "amd64" }],
		["has no architecture", { os: "linux" }],
		["has labels that are no texts", configFor("amd64", { a: 1 } as never)],
		["is a list", []],
		["is null", null],
	])("when its config %s", async (_, config) => {
		expect(await problem(builtImage({ config }))).toBe(NO_CONFIG);
	});

	test.each([
		["is no JSON", Buffer.from("{")],
		["is not in UTF-8", Buffer.from([0x22, 0xff, 0x22])],
		["is empty", Buffer.alloc(0)],
	])("when its config %s", async (_, bytes) => {
		const config = blob(bytes, "application/vnd.oci.image.config.v1+json");
		const image = builtImage({ extra: { config: descriptorOf(config) } });
		expect(await problem({ ...image, blobs: [...image.blobs, config] })).toBe(
			NO_CONFIG,
		);
	});

	test("when its config is larger than 4 MiB, which is not read", async () => {
		const image = builtImage({
			extra: {
				config: {
					...descriptorOf(
						blob("app", "application/vnd.oci.image.config.v1+json"),
					),
					size: 4 * 1024 * 1024 + 1,
				},
			},
		});
		expect(await problem(image)).toBe(
			"config: expected a config of at most 4194304 bytes",
		);
		expect(harness.requests()).toEqual([`GET manifests/${image.digest}`]);
	});
});

test("a platform cannot write on a terminal", async () => {
	const config = { os: "linux\u001b[2J", architecture: "amd64" };
	expect(await platforms(builtImage({ config }))).toMatchObject([
		{ platform: "linux\\u001b[2J/amd64" },
	]);
});

test("an image that is not there is told as the registry tells it", async () => {
	const image = builtImage();
	await expect(
		inspectImage(harness.registry, APP, image.digest),
	).rejects.toThrow(
		new RegistryError(
			`GET ${harness.server.url}/v2/${APP}/manifests/${image.digest}`,
			404,
			[{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }],
		),
	);
});
