import { describe, expect, test } from "vitest";
import { findSigner } from "../../../../../services/jobs/promote/signatures/find-signer.ts";
import {
	attached,
	IMAGE,
	keyOf,
	MANIFEST,
	messageBundle,
	OTHER_IMAGE,
	statementOf,
} from "./signed.ts";
import {
	ISSUER,
	type KeylessOptions,
	type SigstoreOptions,
	SUBJECT,
	sigstore,
} from "./sigstore.ts";

const ours = await sigstore();
const other = await sigstore();

const PATTERN =
	"https://github\\.com/acme/[^/@]+/\\.github/workflows/release\\.yml@refs/heads/main";

const github = (trust: object = ours.trust) => ({
	name: "github",
	issuer: ISSUER,
	subject: PATTERN,
	trustRoot: JSON.stringify(trust),
});

const find = (bundle: object, trust?: object) =>
	findSigner(IMAGE, attached({ bundles: [bundle] }), [github(trust)]);

const refusal = (reason: string) => ({
	problem: `1 signature, not by github: ${reason}`,
});

describe("a keyless signature counts", () => {
	test("when the log says when it was made", async () => {
		expect(find(await ours.sign(statementOf()))).toEqual({ signer: "github" });
	});

	test("when a timestamp authority says so, as with the logs that no longer do", async () => {
		const bundle = await ours.sign(statementOf(), { time: "authority" });
		expect(find(bundle)).toEqual({ signer: "github" });
	});

	test("when it is of the manifest itself", async () => {
		const bundles = [await ours.sign(MANIFEST)];
		const material = attached({ bundles, manifest: MANIFEST });
		expect(findSigner(IMAGE, material, [github()])).toEqual({
			signer: "github",
		});
	});

	test.each([
		["a comma", "@refs/heads/a,b"],
		["a quote", '@refs/heads/a"b'],
	])("with %s in its subject", async (_, ref) => {
		const subject = SUBJECT.replace("@refs/heads/main", ref);
		const bundles = [await ours.sign(statementOf(), { subject })];
		expect(
			findSigner(IMAGE, attached({ bundles }), [
				{ ...github(), subject: "https://github\\.com/acme/.*" },
			]),
		).toEqual({ signer: "github" });
	});

	test("though another signer with keys comes first", async () => {
		expect(
			findSigner(
				IMAGE,
				attached({ bundles: [await ours.sign(statementOf())] }),
				[{ name: "ci", publicKey: keyOf().publicKey }, github()],
			),
		).toEqual({ signer: "github" });
	});
});

describe("a keyless signature does not count", () => {
	test.each<[string, KeylessOptions, string]>([
		[
			"of another issuer",
			{ issuer: `${ISSUER}.evil.test` },
			`its issuer is '${ISSUER}.evil.test', expected '${ISSUER}'`,
		],
		[
			"of another workflow",
			{ subject: SUBJECT.replace("release", "debug") },
			`its subject is '${SUBJECT.replace("release", "debug")}', expected '${PATTERN}'`,
		],
		[
			"of a subject that only begins with the right one",
			{ subject: `${SUBJECT}-copy` },
			`its subject is '${SUBJECT}-copy', expected '${PATTERN}'`,
		],
		[
			"of a subject that only ends with the right one",
			{ subject: `https://evil.test/?${SUBJECT}` },
			`its subject is 'https://evil.test/?${SUBJECT}', expected '${PATTERN}'`,
		],
		[
			// Its bytes without their highest bits spell the right one.
			"of a subject that only looks like the right one",
			{ subject: SUBJECT.replace("main", "ma\u00e9n") },
			"its certificate has another subject than it seems",
		],
		[
			"when nobody says when it was made",
			{ time: "nobody" },
			"expected 1 timestamps, got 0",
		],
		[
			"that no log has",
			{ logged: false, time: "authority" },
			"expected 1 tlog entries, got 0",
		],
	])("%s", async (_, options, reason) => {
		const bundle = await ours.sign(statementOf(), options);
		expect(find(bundle)).toEqual(refusal(reason));
	});

	test.each<[string, SigstoreOptions, string]>([
		[
			"whose certificate had expired",
			{ logClock: new Date(Date.now() + 11 * 60_000) },
			"Failed to verify certificate chain: certificate is not valid or expired at the specified date",
		],
		[
			"whose certificate is in no certificate log",
			{ certificateLog: false },
			"expected 1 SCTs, got 0",
		],
	])("%s", async (_, options, reason) => {
		const theirs = await sigstore(options);
		const bundle = await theirs.sign(statementOf());
		expect(find(bundle, theirs.trust)).toEqual(refusal(reason));
	});

	test.each([
		[
			"of another CA",
			"certificateAuthorities",
			"Failed to verify certificate chain: no valid certificate path found",
		],
		["of another certificate log", "ctlogs", "SCT verification failed"],
		[
			"with the key of another log",
			"tlogs",
			"inclusion promise could not be verified",
		],
	] as const)("%s", async (_, part, reason) => {
		const bundle = await ours.sign(statementOf());
		const trust = { ...ours.trust, [part]: other.trust[part] };
		expect(find(bundle, trust)).toEqual(refusal(reason));
	});

	test("with the timestamp of another authority", async () => {
		const bundle = await ours.sign(statementOf(), { time: "authority" });
		const { timestampAuthorities } = other.trust;
		expect(find(bundle, { ...ours.trust, timestampAuthorities })).toEqual(
			refusal("timestamp could not be verified"),
		);
	});

	test("of another image", async () => {
		const bundle = await ours.sign(statementOf(OTHER_IMAGE));
		expect(find(bundle)).toEqual(refusal(`it is of ${OTHER_IMAGE}`));
	});

	test("of the manifest of another image", async () => {
		const other = Buffer.from("another manifest");
		const bundles = [await ours.sign(other)];
		const material = attached({ bundles, manifest: MANIFEST });
		expect(findSigner(IMAGE, material, [github()])).toEqual(
			refusal(`it is of ${OTHER_IMAGE}`),
		);
	});

	test("of the manifest, made with another key than the certificate's", async () => {
		const bundle = await ours.sign(MANIFEST);
		const { messageSignature } = messageBundle(keyOf().privateKey);
		const bundles = [{ ...bundle, messageSignature }];
		const material = attached({ bundles, manifest: MANIFEST });
		expect(findSigner(IMAGE, material, [github()])).toEqual(
			refusal("signature mismatch"),
		);
	});

	test("whose statement was changed afterwards", async () => {
		const bundle = await ours.sign(statementOf());
		const forged = await ours.sign({ ...statementOf(), predicate: { a: 1 } });
		if (!("dsseEnvelope" in bundle && "dsseEnvelope" in forged)) {
			throw new Error("a statement was signed as bytes");
		}
		const { payload } = forged.dsseEnvelope;
		expect(
			find({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload } }),
		).toEqual(refusal("DSSE payload hash mismatch"));
	});

	test("whose signature was made with another key than the certificate's", async () => {
		const bundle = await ours.sign(statementOf());
		const { verificationMaterial } = await ours.sign(statementOf());
		const { certificate } = verificationMaterial;
		expect(
			find({
				...bundle,
				verificationMaterial: { ...bundle.verificationMaterial, certificate },
			}),
		).toEqual(refusal("signature verification failed"));
	});

	test("that nobody's identity is asked for", async () => {
		const ci = { name: "ci", publicKey: keyOf().publicKey };
		const bundles = [await ours.sign(statementOf())];
		expect(findSigner(IMAGE, attached({ bundles }), [ci])).toEqual({
			problem: "1 signature, not by ci: it was made with a certificate",
		});
	});

	test("with more log entries than anybody makes, which are not even verified", async () => {
		const bundle = await ours.sign(statementOf());
		const [entry] = bundle.verificationMaterial.tlogEntries;
		expect(
			find({
				...bundle,
				verificationMaterial: {
					...bundle.verificationMaterial,
					tlogEntries: Array.from({ length: 5 }, () => entry),
				},
			}),
		).toEqual(
			refusal(
				"it is malformed: it has 5 log entries and timestamps, more than 4",
			),
		);
	});
});

test("each keyless signer tells why it is not his", async () => {
	const bundles = [
		await ours.sign(statementOf(), { issuer: "https://a.test" }),
	];
	expect(
		findSigner(IMAGE, attached({ bundles }), [
			github(),
			{ ...github(other.trust), name: "gitlab" },
		]),
	).toEqual({
		problem: `1 signature, not by github, gitlab: github: its issuer is 'https://a.test', expected '${ISSUER}', gitlab: Failed to verify certificate chain: no valid certificate path found`,
	});
});
