import { describe, expect, test } from "vitest";
import { inspectImage } from "../../../../services/jobs/promote/inspect-image.ts";
import { RegistryError } from "../../../../services/oci/errors.ts";
import { InvalidManifestError } from "../../../../services/oci/manifest.ts";
import { blob, descriptorOf, type TestImage } from "../../oci/images.ts";
import {
	buildkitAttestation,
	builtImage,
	configFor,
	type Entry,
	indexOf,
	LABELS,
} from "./built-images.ts";
import { APP, registryHarness } from "./registry-harness.ts";

const harness = registryHarness();

async function inspect(image: TestImage) {
	await harness.push(image);
	return inspectImage(harness.registry, APP, image.digest);
}

const shared = blob("shared");
const amd64 = builtImage({ layers: [shared, blob("on amd64")] });
const arm64 = builtImage({
	config: configFor("arm64"),
	layers: [shared, blob("on arm64!")],
});

test("an index is told with all its platforms, and layers they share once", async () => {
	const image = indexOf([[amd64], [arm64]]);
	expect(await inspect(image)).toEqual({
		platforms: [
			{ digest: amd64.digest, platform: "linux/amd64", labels: LABELS },
			{ digest: arm64.digest, platform: "linux/arm64", labels: LABELS },
		],
		layers: new Map([
			[shared.digest, 6],
			[blob("on amd64").digest, 8],
			[blob("on arm64!").digest, 9],
		]),
		attestations: [],
	});
});

test("the platform is what the config says, whatever the index does", async () => {
	const lie = { platform: { os: "linux", architecture: "s390x" } };
	const { platforms } = await inspect(indexOf([[amd64, lie]]));
	expect(platforms).toMatchObject([{ platform: "linux/amd64" }]);
});

test("what the indexes above note counts for each platform, the nearest most", async () => {
	const bare = builtImage({
		config: configFor("amd64", {}),
		extra: { annotations: { image: "1", all: "image" } },
	});
	const inner = indexOf([[bare]], {
		annotations: { inner: "2", all: "inner" },
	});
	const outer = indexOf([[inner]], {
		annotations: { outer: "3", all: "outer" },
	});
	const { platforms } = await inspect(outer);
	expect(platforms).toEqual([
		{
			digest: bare.digest,
			platform: "linux/amd64",
			labels: { image: "1", inner: "2", outer: "3", all: "image" },
		},
	]);
});

/** An image below so many indexes. */
function nested(depth: number): TestImage {
	return depth === 0 ? amd64 : indexOf([[nested(depth - 1)]]);
}

test("an image may lie below three indexes", async () => {
	const { platforms } = await inspect(nested(3));
	expect(platforms).toMatchObject([{ digest: amd64.digest }]);
});

test("one below four is refused, and what is below the fourth is not read", async () => {
	await expect(inspect(nested(4))).rejects.toThrow(
		new InvalidManifestError(
			`manifest ${nested(1).digest} of ${harness.server.host}/${APP} is not fit to be promoted: it lies below 3 indexes, expected at most 3 in all`,
		),
	);
	expect(harness.requests()).not.toContain(`GET manifests/${amd64.digest}`);
});

test("a child that is not there is told as the registry tells it", async () => {
	const image = indexOf([[amd64], [arm64]]);
	await harness.push(image);
	harness.server.repositories.get(APP)?.manifests.delete(arm64.digest);
	await expect(
		inspectImage(harness.registry, APP, image.digest),
	).rejects.toThrow(
		new RegistryError(
			`GET ${harness.server.url}/v2/${APP}/manifests/${arm64.digest}`,
			404,
			[{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }],
		),
	);
});

test("an image that names more manifests than anybody builds is given up", async () => {
	const times = (image: TestImage) =>
		indexOf(Array.from({ length: 64 }, (): Entry => [image]));
	const image = times(times(amd64));
	await harness.push(indexOf([[amd64]]));
	await harness.push({ ...times(amd64), children: [] });
	await harness.push({ ...image, children: [] });
	await expect(
		inspectImage(harness.registry, APP, image.digest),
	).rejects.toThrow(
		new InvalidManifestError(
			`manifest ${amd64.digest} of ${harness.server.host}/${APP} is not fit to be promoted: the image has more than 1024 manifests`,
		),
	);
});

describe("an attestation of BuildKit's", () => {
	test("is no platform, and its statements are told", async () => {
		const attestation = buildkitAttestation(amd64);
		const [statement] = attestation[0].blobs.slice(1);
		if (!statement) throw new Error("no statement");
		const found = await inspect(indexOf([[amd64], attestation]));
		expect(found.platforms.map(({ digest }) => digest)).toEqual([amd64.digest]);
		expect(found.attestations).toEqual([
			{ subject: amd64.digest, layers: [descriptorOf(statement)] },
		]);
		expect(found.layers.get(statement.digest)).toBe(statement.bytes.byteLength);
	});

	test("is an image like others when a runtime could run it", async () => {
		const [, entry] = buildkitAttestation(amd64);
		const hidden = builtImage({ config: configFor("arm64", {}) });
		const found = await inspect(indexOf([[amd64], [hidden, entry]]));
		expect(found).toMatchObject({
			platforms: [
				{ digest: amd64.digest, labels: LABELS },
				{ digest: hidden.digest, platform: "linux/arm64", labels: {} },
			],
			attestations: [],
		});
	});

	test("is an index like others when it is one", async () => {
		const [, entry] = buildkitAttestation(amd64);
		const found = await inspect(
			indexOf([[amd64], [indexOf([[arm64]]), entry]]),
		);
		expect(found.platforms.map(({ digest }) => digest)).toEqual([
			amd64.digest,
			arm64.digest,
		]);
	});
});
