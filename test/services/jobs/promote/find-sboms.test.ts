import { beforeEach, describe, expect, test } from "vitest";
import { findSboms } from "../../../../services/jobs/promote/find-sboms.ts";
import type { Attestation } from "../../../../services/jobs/promote/inspect-image.ts";
import { InvalidManifestError } from "../../../../services/oci/manifest.ts";
import { Semaphore } from "../../../../services/oci/semaphore.ts";
import {
	blob,
	descriptorOf,
	fallbackTag,
	referrers,
	type TestBlob,
	type TestImage,
} from "../../oci/images.ts";
import { builtImage, IN_TOTO, inTotoStatement, SPDX } from "./built-images.ts";
import { APP, registryHarness } from "./registry-harness.ts";
import { keyBundle, keyOf } from "./signatures/signed.ts";

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const DSSE = "application/vnd.dsse.envelope.v1+json";
const CYCLONEDX = "https://cyclonedx.org/bom";

const app = builtImage();
const other = builtImage({ layers: [blob("other")] });
const key = keyOf().privateKey;
const harness = registryHarness();

beforeEach(() => harness.push(app));

const json = (value: unknown, mediaType: string) =>
	blob(JSON.stringify(value), mediaType);
const bundle = (predicateType: string, subject: TestImage = app) =>
	json(keyBundle(key, inTotoStatement(subject, predicateType)), BUNDLE);
const envelope = (predicateType: string, subject: TestImage = app) =>
	json(
		keyBundle(key, inTotoStatement(subject, predicateType)).dsseEnvelope,
		DSSE,
	);

function artifact(
	artifactType: string,
	layers: readonly TestBlob[],
	subject: TestImage = app,
): TestImage {
	return builtImage({
		layers,
		extra: { artifactType, subject: descriptorOf(subject) },
	});
}

const attach = (...list: readonly TestImage[]) =>
	harness.push(referrers(list), fallbackTag(app));

/** Whether the image has an SBOM. */
async function has(attestations: readonly Attestation[] = []) {
	const tags = harness.server.repositories.get(APP)?.tags.keys() ?? [];
	const found = await findSboms(
		{
			registry: harness.registry,
			repository: APP,
			tags: new Set(tags),
			reads: new Semaphore(1),
		},
		[app.digest],
		attestations,
	);
	return found.has(app.digest);
}

describe("an SBOM is found", () => {
	test.each([
		"application/spdx+json",
		"application/vnd.cyclonedx+json",
		"application/vnd.cyclonedx+xml",
		"application/vnd.syft+json",
	])("as a file of type %s that refers to the image", async (type) => {
		await attach(artifact(type, [blob("an SBOM")]));
		expect(await has()).toBe(true);
	});

	test.each([SPDX, `${SPDX}/v2.3`, CYCLONEDX, `${CYCLONEDX}/v1.4`])(
		"in a Sigstore bundle that states %s",
		async (predicateType) => {
			await attach(artifact(BUNDLE, [bundle(predicateType)]));
			expect(await has()).toBe(true);
		},
	);

	test("in a referrer of plain statements", async () => {
		const statement = json(inTotoStatement(app), IN_TOTO);
		await attach(artifact(IN_TOTO, [statement]));
		expect(await has()).toBe(true);
	});

	test("beside other things that refer to the image", async () => {
		await attach(
			artifact("application/vnd.example.notes", [blob("notes")]),
			artifact(BUNDLE, [bundle("https://slsa.dev/provenance/v1")]),
			artifact(BUNDLE, [bundle(CYCLONEDX)]),
		);
		expect(await has()).toBe(true);
	});

	test("under cosign's tag .sbom", async () => {
		const sbom = builtImage({ layers: [blob("an SBOM", "text/spdx+json")] });
		await harness.push(sbom, `${fallbackTag(app)}.sbom`);
		expect(await has()).toBe(true);
	});

	test("under cosign's tag .att", async () => {
		const layers = [envelope("https://slsa.dev/provenance/v1"), envelope(SPDX)];
		await harness.push(builtImage({ layers }), `${fallbackTag(app)}.att`);
		expect(await has()).toBe(true);
	});

	test("in the index, as BuildKit puts it there", async () => {
		const statement = json(inTotoStatement(app), IN_TOTO);
		await harness.push(builtImage({ layers: [statement] }));
		const layers = [descriptorOf(statement)];
		expect(await has([{ subject: app.digest, layers }])).toBe(true);
	});
});

describe("no SBOM of the image is", () => {
	test("nothing", async () => {
		expect(await has()).toBe(false);
		expect(harness.requests()).toEqual([]);
	});

	test("a file that is said to refer to it and refers to another", async () => {
		await attach(artifact("application/spdx+json", [blob("an SBOM")], other));
		expect(await has()).toBe(false);
	});

	test("an artifact of an SBOM's type without a file", async () => {
		await attach(artifact("application/spdx+json", []));
		expect(await has()).toBe(false);
	});

	test.each([
		"https://slsa.dev/provenance/v1",
		"https://sigstore.dev/cosign/sign/v1",
		"https://spdx.dev/Documentation",
		"https://evil.test/https://spdx.dev/Document",
	])("a statement of %s", async (predicateType) => {
		await attach(artifact(BUNDLE, [bundle(predicateType)]));
		await harness.push(
			builtImage({ layers: [envelope(predicateType)] }),
			`${fallbackTag(app)}.att`,
		);
		expect(await has()).toBe(false);
	});

	test("a statement about another image, wherever it is", async () => {
		const statement = json(inTotoStatement(other), IN_TOTO);
		await attach(artifact(BUNDLE, [bundle(SPDX, other)]));
		await harness.push(
			builtImage({ layers: [envelope(SPDX, other)] }),
			`${fallbackTag(app)}.att`,
		);
		await harness.push(builtImage({ layers: [statement] }));
		const layers = [descriptorOf(statement)];
		expect(await has([{ subject: app.digest, layers }])).toBe(false);
	});

	test("a statement in the index that is said to be about another image", async () => {
		const statement = json(inTotoStatement(app), IN_TOTO);
		await harness.push(builtImage({ layers: [statement] }));
		const layers = [descriptorOf(statement)];
		expect(await has([{ subject: other.digest, layers }])).toBe(false);
	});

	test("a statement that only its annotations call one", async () => {
		const provenance = bundle("https://slsa.dev/provenance/v1");
		const annotations = {
			predicateType: SPDX,
			"in-toto.io/predicate-type": SPDX,
		};
		await attach(
			builtImage({
				layers: [provenance],
				extra: {
					artifactType: BUNDLE,
					subject: descriptorOf(app),
					layers: [{ ...descriptorOf(provenance), annotations }],
					annotations,
				},
			}),
		);
		expect(await has()).toBe(false);
	});

	test("a runnable image under cosign's tag .sbom", async () => {
		await harness.push(other, `${fallbackTag(app)}.sbom`);
		expect(await has()).toBe(false);
	});

	test("an index that refers to it", async () => {
		await attach(referrers([other]));
		expect(await has()).toBe(false);
	});

	test.each<[string, Buffer]>([
		["no JSON", Buffer.from("{")],
		["nothing", Buffer.alloc(0)],
		["a number", Buffer.from("1e999")],
		["an envelope of something else", Buffer.from('{"payload":"e30="}')],
		["an envelope that is not Base64", Buffer.from('{"payload":"\u0000"}')],
		["a million brackets", Buffer.from("[".repeat(1_000_000))],
	])("bytes that are %s", async (_, bytes) => {
		await attach(artifact(BUNDLE, [blob(bytes, BUNDLE)]));
		expect(await has()).toBe(false);
	});

	test("an attestation of more than 16 MiB, which is not read", async () => {
		const layer = bundle(SPDX);
		const size = 16 * 1024 * 1024 + 1;
		await attach(
			builtImage({
				layers: [layer],
				extra: {
					artifactType: BUNDLE,
					subject: descriptorOf(app),
					layers: [{ ...descriptorOf(layer), size }],
				},
			}),
		);
		expect(await has()).toBe(false);
		expect(harness.requests()).not.toContain(`GET blobs/${layer.digest}`);
	});
});

test("an SBOM of 12 MiB is found", { timeout: 30_000 }, async () => {
	const statement = { ...inTotoStatement(app), predicate: "x".repeat(8 << 20) };
	await attach(artifact(BUNDLE, [json(keyBundle(key, statement), BUNDLE)]));
	expect(await has()).toBe(true);
});

test("a referrer that is malformed is named", async () => {
	const wrong = builtImage({ extra: { schemaVersion: 1 } });
	await attach(wrong);
	await expect(has()).rejects.toThrow(
		new InvalidManifestError(
			`${harness.server.host}/${APP}@${wrong.digest}, which is attached to an image, is malformed: schemaVersion: expected 2`,
		),
	);
});

test("each of several images is judged by what it has itself", async () => {
	await harness.push(other);
	await attach(artifact("application/spdx+json", [blob("an SBOM")]));
	const found = await findSboms(
		{
			registry: harness.registry,
			repository: APP,
			tags: new Set([fallbackTag(app), fallbackTag(other).slice(0, 12)]),
			reads: new Semaphore(1),
		},
		[app.digest, other.digest],
		[],
	);
	expect(found).toEqual(new Set([app.digest]));
});
