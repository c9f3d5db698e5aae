import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, describe, expect, test } from "vitest";
import { publicKeyTexts, readSignerTexts } from "../../stacks/signer-files.ts";
import type { SignerSpec } from "../../topology/signer-spec.ts";

const folder = mkdtempSync(join(tmpdir(), "trust-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
/** A file with the text. */
function fileWith(text: string): string {
	files += 1;
	const file = join(folder, `${files}`);
	writeFileSync(file, text);
	return file;
}

const keySigner = (text: string): SignerSpec => ({
	kind: "public-key",
	publicKey: fileWith(text),
});
const keyless = (text: string): SignerSpec => ({
	kind: "keyless",
	issuer: "https://issuer.example",
	subject: "https://ci.example/acme/.*",
	trustRoot: fileWith(text),
});

/** What a person reads, with the names of files left out. */
function refusal(signers: Readonly<Record<string, SignerSpec>>): string {
	try {
		readSignerTexts(signers, "dev");
		return "";
	} catch (error) {
		if (!pulumi.RunError.isInstance(error)) throw error;
		return error.message.replaceAll(/"[^"]*\/(\w+)"/g, "<$1>");
	}
}

const publicPem = (key: KeyObject) =>
	key.export({ type: "spki", format: "pem" }).toString();
const privatePem = (key: KeyObject) =>
	key.export({ type: "pkcs8", format: "pem" }).toString();

const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve });
const rsa = (modulusLength: number) =>
	generateKeyPairSync("rsa", { modulusLength });

const FITTING =
	"a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----";
const FIX =
	"write the public half there, as cosign generate-key-pair or openssl pkey -pubout print it";
const refused = (key: string, what: string) =>
	`Pulumi.dev.yaml does not describe an estate:\n  Pulumi.dev.yaml:registry-tiers:estate.promotion.signers.${key}: ${what}`;

describe("a public key", () => {
	test.each([
		["P-256", ec("P-256")],
		["P-384", ec("P-384")],
		["RSA of 2048 bits", rsa(2048)],
	])(
		"of kind %s is taken, without what stands around it",
		(_kind, { publicKey }) => {
			const text = `of the release team\r\n${publicPem(publicKey).replaceAll("\n", "\r\n")}\n`;
			expect(readSignerTexts({ release: keySigner(text) }, "dev")).toEqual({
				release: publicPem(publicKey),
			});
		},
	);

	test.each([
		["ec secp256k1", ec("secp256k1")],
		["ec secp521r1", ec("P-521")],
		["rsa 1024", rsa(1024)],
		["ed25519", generateKeyPairSync("ed25519")],
	])("of kind %s is refused", (kind, { publicKey }) => {
		const signer = keySigner(publicPem(publicKey));
		expect(refusal({ release: signer })).toBe(
			refused(
				"release.publicKey",
				`a key of a kind that nothing here checks, ${kind}, got <${files}>; expected ECDSA on P-256 or P-384, or RSA of at least 2048 bits. Fix: sign with a key such as cosign generate-key-pair makes.`,
			),
		);
	});

	test("that is a private one is refused, and none of it is shown", () => {
		const pem = privatePem(ec("P-256").privateKey);
		const message = refusal({ release: keySigner(pem) });
		expect(message).toBe(
			refused(
				"release.publicKey",
				`a private key where a public one belongs, got <${files}>; expected ${FITTING}. Fix: ${FIX}; take the private key out of the checkout, and do not use it any more if it was committed.`,
			),
		);
		for (const line of pem.trim().split("\n").slice(1, -1)) {
			expect(message).not.toContain(line);
		}
	});

	test.each([
		["text", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"],
		["nothing", ""],
		["a key that is cut short", publicPem(ec("P-256").publicKey).slice(0, 80)],
		[
			"a key that is no key",
			"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		],
		[
			"two keys",
			publicPem(ec("P-256").publicKey) + publicPem(ec("P-256").publicKey),
		],
		[
			"a certificate",
			"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
		],
	])("that is %s is refused", (_what, text) => {
		expect(refusal({ release: keySigner(text) })).toBe(
			refused(
				"release.publicKey",
				`not one public key, got <${files}>; expected ${FITTING}. Fix: ${FIX}.`,
			),
		);
	});
});

const ROOT = { certificateAuthorities: [{}], tlogs: [{}] };
const ROOT_RULE =
	"expected Sigstore's TrustedRoot as JSON, with certificateAuthorities and tlogs. Fix: write there what cosign trusted-root create or the trusted_root.json of a Sigstore instance says.";

describe("a trust root", () => {
	test("is taken in one line", () => {
		const signer = keyless(JSON.stringify(ROOT, undefined, 2));
		expect(readSignerTexts({ github: signer }, "dev")).toEqual({
			github: JSON.stringify(ROOT),
		});
	});

	test.each([
		["not JSON", "-----BEGIN CERTIFICATE-----"],
		["a trust root without certificateAuthorities", "null"],
		["a trust root without certificateAuthorities", '{"tlogs":[{}]}'],
		[
			"a trust root without tlogs",
			'{"certificateAuthorities":[{}],"tlogs":[]}',
		],
	])("that is %s is refused", (wrong, text) => {
		expect(refusal({ github: keyless(text) })).toBe(
			refused("github.trustRoot", `${wrong}, got <${files}>; ${ROOT_RULE}`),
		);
	});
});

test("everything that is wrong with all files is shown at once", () => {
	expect(
		refusal({
			ci: { kind: "estate-key" },
			release: { kind: "public-key", publicKey: join(folder, "none") },
			team: keySigner("x"),
			github: keyless("x"),
		}),
	).toBe(
		[
			refused(
				"release.publicKey",
				`no such file, or none that can be read, got <none>; expected ${FITTING}. Fix: ${FIX}.`,
			),
			`  Pulumi.dev.yaml:registry-tiers:estate.promotion.signers.team.publicKey: not one public key, got <${files - 1}>; expected ${FITTING}. Fix: ${FIX}.`,
			`  Pulumi.dev.yaml:registry-tiers:estate.promotion.signers.github.trustRoot: not JSON, got <${files}>; ${ROOT_RULE}`,
		].join("\n"),
	);
});

test("only what is a public key is exported as one", () => {
	const { publicKey } = ec("P-256");
	const signers = {
		ci: { kind: "estate-key" },
		release: keySigner(publicPem(publicKey)),
		github: keyless(JSON.stringify(ROOT)),
	} as const;
	expect(publicKeyTexts(signers, readSignerTexts(signers, "dev"))).toEqual({
		release: publicPem(publicKey),
	});
});
