import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadSignatureMaterial } from "../../../../../services/jobs/promote/signatures/load-material.ts";
import {
	RegistryError,
	RetryableError,
} from "../../../../../services/oci/errors.ts";
import { Registry } from "../../../../../services/oci/registry.ts";
import { Transport } from "../../../../../services/oci/transport.ts";
import { status } from "../../../oci/faults.ts";
import {
	blob,
	descriptorOf,
	fallbackTag,
	image,
	manifest,
	push,
	referrer,
	referrers,
	type TestBlob,
	type TestImage,
} from "../../../oci/images.ts";
import { InstantClock } from "../../../oci/instant-clock.ts";
import { RegistryServer } from "../../../oci/registry-server.ts";

const APP = "team/app";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";

const app = image([blob("app")]);
const other = image([blob("another app")]);
const LIST = fallbackTag(app);
const SIG = `${LIST}.sig`;

let server: RegistryServer;
let transport: Transport;

beforeEach(async () => {
	server = await new RegistryServer().start();
	transport = new Transport({ clock: new InstantClock(), random: () => 0.5 });
	await push(server.url, APP, app, "1.0");
	server.seen.length = 0;
});
afterEach(async () => {
	await transport.close();
	await server.stop();
});

const load = (tags?: ReadonlySet<string>) =>
	loadSignatureMaterial(
		new Registry({ url: server.url, transport }),
		APP,
		app.digest,
		tags,
	);

const bundleOf = (content: string, subject: TestImage = app) =>
	referrerWith([blob(content, BUNDLE)], subject);

function referrerWith(
	layers: readonly TestBlob[],
	subject: TestImage = app,
): TestImage {
	return image(layers, {
		artifactType: BUNDLE,
		subject: descriptorOf(subject),
	});
}

function signatureManifest(
	layers: readonly (readonly [TestBlob, Readonly<Record<string, string>>])[],
): TestImage {
	const config = blob("{}", "application/vnd.oci.image.config.v1+json");
	return manifest(
		{
			schemaVersion: 2,
			mediaType: "application/vnd.oci.image.manifest.v1+json",
			config: descriptorOf(config),
			layers: layers.map(([layer, annotations]) => ({
				...descriptorOf(layer),
				annotations,
			})),
		},
		[config, ...layers.map(([layer]) => layer)],
	);
}

const attach = (...list: readonly TestImage[]) =>
	push(server.url, APP, referrers(list), LIST);

const NOTHING = { legacy: [], bundles: [], attestations: [], leftOut: [] };

describe("what is attached is read", () => {
	test("in both forms, and nothing that is neither", async () => {
		await push(
			server.url,
			APP,
			signatureManifest([
				[blob("first", SIMPLE_SIGNING), { a: "1" }],
				[blob("second", SIMPLE_SIGNING), { b: "2" }],
			]),
			SIG,
		);
		await attach(
			bundleOf("{1}"),
			referrer(app, "application/spdx+json", "an SBOM"),
			bundleOf("{2}"),
		);
		expect(await load()).toEqual({
			legacy: [
				{ payload: Buffer.from("first"), annotations: { a: "1" } },
				{ payload: Buffer.from("second"), annotations: { b: "2" } },
			],
			bundles: [Buffer.from("{1}"), Buffer.from("{2}")],
			attestations: [],
			leftOut: [],
		});
	});

	test("with the image's manifest when a bundle signs that", async () => {
		const bundle = '{"messageSignature":{}}';
		await attach(bundleOf(bundle));
		expect(await load()).toEqual({
			...NOTHING,
			bundles: [Buffer.from(bundle)],
			manifest: app.bytes,
		});
	});

	test("without the bundles that say what else they are, however long", async () => {
		const annotated = (predicateType: string, content: string) =>
			image([blob(content, BUNDLE)], {
				artifactType: BUNDLE,
				subject: descriptorOf(app),
				annotations: { "dev.sigstore.bundle.predicateType": predicateType },
			});
		await attach(
			annotated("https://spdx.dev/Document", "x".repeat(1024 * 1024)),
			annotated("https://sigstore.dev/cosign/sign/v1", "{1}"),
		);
		expect(await load()).toEqual({
			...NOTHING,
			bundles: [Buffer.from("{1}")],
			attestations: ["https://spdx.dev/Document"],
		});
	});

	test("again when it arrives damaged", async () => {
		await attach(bundleOf("{1}"));
		server.faults.push({
			path: /blobs/,
			action: (_, response) => {
				response.end("{X}");
				return true;
			},
		});
		expect(await load()).toEqual({ ...NOTHING, bundles: [Buffer.from("{1}")] });
	});
});

describe("nothing attached", () => {
	test("is no signature", async () => {
		expect(await load()).toEqual(NOTHING);
		expect(server.count("GET")).toBe(2);
	});

	test("takes no request when the tags are known", async () => {
		expect(await load(new Set(["1.0"]))).toEqual(NOTHING);
		expect(server.seen).toEqual([]);
	});

	test("takes one request when one of the tags is there", async () => {
		await attach(bundleOf("{1}"));
		server.seen.length = 0;
		expect(await load(new Set(["1.0", LIST]))).toEqual({
			...NOTHING,
			bundles: [Buffer.from("{1}")],
		});
		expect(server.seen.map(({ path }) => path)).not.toContain(
			`/v2/${APP}/manifests/${SIG}`,
		);
	});
});

describe("what cannot be used is left out and named", () => {
	const misfit = bundleOf("{1}", other);
	const double = referrerWith([blob("{1}", BUNDLE), blob("{2}", BUNDLE)]);
	const huge = bundleOf("x".repeat(128 * 1024 + 1));
	test.each([
		["a bundle of another image", misfit, `its subject is ${other.digest}`],
		["two bundles in one", double, `it is not one layer of ${BUNDLE}`],
		[
			"a bundle of more than 128 KiB",
			huge,
			`blob ${huge.blobs[1]?.digest} of HOST/${APP} has 131073 bytes, expected at most 131072`,
		],
	])("%s", async (_, bad, reason) => {
		await attach(bad, bundleOf("{good}"));
		expect(await load()).toEqual({
			...NOTHING,
			bundles: [Buffer.from("{good}")],
			leftOut: [
				`referrer ${bad.digest} is left out: ${reason.replace("HOST", server.host)}`,
			],
		});
	});

	test("a referrer that is listed but not there", async () => {
		const gone = bundleOf("{1}");
		await attach(gone);
		server.repositories.get(APP)?.manifests.delete(gone.digest);
		expect(await load()).toEqual({
			...NOTHING,
			leftOut: [
				`referrer ${gone.digest} is left out: it is listed but not there`,
			],
		});
	});

	test("a list that is an image", async () => {
		await push(server.url, APP, other, LIST);
		expect(await load()).toEqual({
			...NOTHING,
			leftOut: [
				`tag ${LIST} is left out: its media type is 'application/vnd.oci.image.manifest.v1+json', expected one of application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json`,
			],
		});
	});

	test("a .sig tag that is an image", async () => {
		await push(server.url, APP, other, SIG);
		expect(await load()).toEqual({
			...NOTHING,
			leftOut: [
				`tag ${SIG} is left out: it has a layer of type application/vnd.oci.image.layer.v1.tar`,
			],
		});
	});

	test("more than 64 signatures", async () => {
		const layers = Array.from({ length: 66 }, (_, i) =>
			blob(`payload ${i}`, SIMPLE_SIGNING),
		);
		await push(
			server.url,
			APP,
			signatureManifest(layers.map((layer) => [layer, {}])),
			SIG,
		);
		const { legacy, leftOut } = await load();
		expect(legacy.map(({ payload }) => payload)).toEqual(
			layers.slice(0, 64).map(({ bytes }) => bytes),
		);
		expect(leftOut).toEqual(["2 more than the 64 that are looked at"]);
	});
});

describe("what could not be asked is not taken for nothing", () => {
	test.each([
		["the list of referrers", `manifests/${LIST}`],
		["the signatures in cosign's form before version 3", `manifests/${SIG}`],
		["a referrer", `manifests/${bundleOf("{1}").digest}`],
	])("when the registry is busy for %s", async (_, path) => {
		await attach(bundleOf("{1}"));
		server.faults.push({
			method: "GET",
			path: new RegExp(`/${path}$`),
			action: status(429),
			times: Infinity,
		});
		await expect(load()).rejects.toThrow(
			new RetryableError(
				`GET ${server.url}/v2/${APP}/${path} was refused with status 429; given up after 6 tries`,
				{ exhausted: true },
			),
		);
	});

	test("when the registry forbids it", async () => {
		server.faults.push({ path: /manifests/, action: status(403), times: 9 });
		await expect(load()).rejects.toThrow(
			new RegistryError(
				`GET ${server.url}/v2/${APP}/manifests/${SIG}`,
				403,
				[],
			),
		);
	});
});
