import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findSigner } from "../../../../../services/jobs/promote/signatures/find-signer.ts";
import {
	attached,
	IMAGE,
	keyBundle,
	keyOf,
	legacySignature,
	MANIFEST,
	messageBundle,
	OTHER_IMAGE,
	payloadOf,
	statementOf,
} from "./signed.ts";

const ci = keyOf();
const release = keyOf();
const stranger = keyOf();
const SIGNERS = [
	{ name: "ci", publicKey: ci.publicKey },
	{ name: "release", publicKey: release.publicKey },
];

const find = (material: Parameters<typeof attached>[0]) =>
	findSigner(IMAGE, attached(material), SIGNERS);

describe("a signature counts", () => {
	test.each([
		[
			"in cosign's form before version 3",
			{ legacy: [legacySignature(release.privateKey)] },
		],
		[
			"as a bundle with a statement",
			{ bundles: [keyBundle(release.privateKey)] },
		],
		[
			"as a bundle of the manifest itself",
			{ bundles: [messageBundle(release.privateKey)], manifest: MANIFEST },
		],
	])("%s", (_, material) => {
		expect(find(material)).toEqual({ signer: "release" });
	});

	test("beside others that do not", () => {
		expect(
			find({
				legacy: [legacySignature(stranger.privateKey)],
				bundles: [
					Buffer.from("not JSON"),
					keyBundle(stranger.privateKey),
					keyBundle(ci.privateKey, statementOf(OTHER_IMAGE)),
					keyBundle(ci.privateKey),
				],
				leftOut: ["referrer x is left out: it is an index"],
			}),
		).toEqual({ signer: "ci" });
	});

	test.each([
		["P-384, hashed with SHA-384", "P-384", "sha384"],
		["P-384, hashed with SHA-256", "P-384", "sha256"],
	])("with a key on %s", (_, curve, hash) => {
		const key = keyOf(curve);
		const { payload } = legacySignature(key.privateKey);
		const signature = sign(hash, payload, key.privateKey).toString("base64");
		const annotations = { "dev.cosignproject.cosign/signature": signature };
		expect(
			findSigner(IMAGE, attached({ legacy: [{ payload, annotations }] }), [
				{ name: "ci", publicKey: key.publicKey },
			]),
		).toEqual({ signer: "ci" });
	});

	test("with an RSA key", () => {
		const { publicKey, privateKey } = generateKeyPairSync("rsa", {
			modulusLength: 2048,
		});
		expect(
			findSigner(IMAGE, attached({ legacy: [legacySignature(privateKey)] }), [
				{
					name: "ci",
					publicKey: publicKey
						.export({ type: "spki", format: "pem" })
						.toString(),
				},
			]),
		).toEqual({ signer: "ci" });
	});
});

describe("a signature in cosign's form before version 3 does not count", () => {
	const good = legacySignature(ci.privateKey);
	test.each([
		[
			"when a stranger made it",
			legacySignature(stranger.privateKey),
			"it was made with another key",
		],
		[
			"when it is of another image",
			legacySignature(ci.privateKey, payloadOf(OTHER_IMAGE)),
			`it is of ${OTHER_IMAGE}`,
		],
		[
			"when its payload was changed to name this image",
			{
				...legacySignature(ci.privateKey, payloadOf(OTHER_IMAGE)),
				payload: good.payload,
			},
			"it was made with another key",
		],
		[
			"when it signs something else that names the image",
			legacySignature(ci.privateKey, {
				critical: {
					...("critical" in payloadOf() && Object(payloadOf()).critical),
					type: "atomic container signature",
				},
			}),
			"its payload is not that of an image",
		],
		[
			"without its annotation",
			{ ...good, annotations: {} },
			"it has no signature",
		],
		[
			"with a certificate",
			{
				...legacySignature(stranger.privateKey),
				annotations: {
					...legacySignature(stranger.privateKey).annotations,
					"dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----",
				},
			},
			"it was made with a certificate, which counts in a bundle only",
		],
	])("%s", (_, legacy, reason) => {
		expect(find({ legacy: [legacy] })).toEqual({
			problem: `1 signature, not by ci, release: ${reason}`,
		});
	});
});

describe("a bundle does not count", () => {
	const good = keyBundle(ci.privateKey);
	test.each([
		[
			"when a stranger made it",
			keyBundle(stranger.privateKey),
			"it was made with another key",
		],
		[
			"when it is of another image",
			keyBundle(ci.privateKey, statementOf(OTHER_IMAGE)),
			`it is of ${OTHER_IMAGE}`,
		],
		[
			"when it is of no image",
			keyBundle(ci.privateKey, { ...statementOf(), subject: [] }),
			"it is of no image",
		],
		[
			"when its statement was changed to name this image",
			{
				...good,
				dsseEnvelope: {
					...keyBundle(ci.privateKey, statementOf(OTHER_IMAGE)).dsseEnvelope,
					payload: good.dsseEnvelope.payload,
				},
			},
			"it was made with another key",
		],
		[
			"when its payload is of another type",
			keyBundle(ci.privateKey, statementOf(), "text/plain"),
			"its payload is text/plain, expected application/vnd.in-toto+json",
		],
		[
			"when it signs no statement",
			keyBundle(ci.privateKey, { hello: "world" }),
			"what it signs is no in-toto statement",
		],
		[
			"when it signs the manifest of another image",
			messageBundle(ci.privateKey, Buffer.from("another manifest")),
			`it is of ${OTHER_IMAGE}`,
		],
		[
			"when it signs the manifest with another key",
			messageBundle(stranger.privateKey),
			"it was made with another key",
		],
		[
			"of an earlier version, which may leave proofs out",
			{
				...good,
				mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1",
			},
			"it is malformed: its type is application/vnd.dev.sigstore.bundle+json;version=0.1, expected application/vnd.dev.sigstore.bundle.v0.3+json",
		],
		[
			"that is no JSON",
			Buffer.from("{"),
			"it is malformed: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
		],
	])("%s", (_, bundle, reason) => {
		expect(find({ bundles: [bundle], manifest: MANIFEST })).toEqual({
			problem: `1 signature, not by ci, release: ${reason}`,
		});
	});

	test("that signs the manifest, when that is not at hand", () => {
		expect(find({ bundles: [messageBundle(ci.privateKey)] })).toEqual({
			problem:
				"1 signature, not by ci, release: it signs the manifest itself, which is not at hand",
		});
	});
});

describe("the problem says in one line", () => {
	test("that there is nothing", () => {
		expect(find({})).toEqual({ problem: "no signature" });
	});

	// `cosign verify --key` would take it for a signature.
	test("that an SBOM signed with the right key is no signature", () => {
		const sbom = statementOf(IMAGE, "https://spdx.dev/Document");
		expect(find({ bundles: [keyBundle(ci.privateKey, sbom)] })).toEqual({
			problem:
				"no signature, only what says something else about the image: https://spdx.dev/Document",
		});
	});

	test("how many there are, and each reason once", () => {
		expect(
			find({
				legacy: [legacySignature(stranger.privateKey)],
				bundles: [
					keyBundle(stranger.privateKey),
					keyBundle(ci.privateKey, statementOf(OTHER_IMAGE)),
				],
			}),
		).toEqual({
			problem: `3 signatures, none by ci, release: it was made with another key; it is of ${OTHER_IMAGE}`,
		});
	});

	test("no more than three reasons, and what was left out first", () => {
		expect(
			find({
				leftOut: ["a is left out", "b is left out"],
				bundles: [
					keyBundle(stranger.privateKey),
					keyBundle(ci.privateKey, statementOf(OTHER_IMAGE)),
				],
			}),
		).toEqual({
			problem:
				"4 signatures, none by ci, release: a is left out; b is left out; it was made with another key; and 1 more",
		});
	});
});
