import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachRecord } from "../../services/jobs/promote/attach-record.ts";
import { findSigner } from "../../services/jobs/promote/signatures/find-signer.ts";
import { loadSignatureMaterial } from "../../services/jobs/promote/signatures/load-material.ts";
import { signStatement } from "../../services/jobs/promote/signatures/record-signature.ts";
import { BUNDLE_TYPE } from "../../services/jobs/promote/signatures/signature-material.ts";
import type { Digest } from "../../services/oci/digest.ts";
import { Registry } from "../../services/oci/registry.ts";
import { Transport } from "../../services/oci/transport.ts";
import { ensureCosign } from "../../toolchain/client-programs.ts";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import {
	publicKeyPem,
	signingKeyPem,
} from "../../topology/estate-signing-key.ts";
import type { Signer } from "../../topology/promotion-policy.ts";
import { statementOf } from "../services/jobs/promote/signatures/signed.ts";
import {
	ISSUER,
	SUBJECT,
	sigstore,
} from "../services/jobs/promote/signatures/sigstore.ts";
import {
	blob,
	descriptorOf,
	fallbackTag,
	image,
	push,
	referrers,
	type TestImage,
} from "../services/oci/images.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const CI = Buffer.alloc(32, 1).toString("base64");
const STRANGER = Buffer.alloc(32, 2).toString("base64");
const SIGNERS: readonly Signer[] = [
	{ name: "ci", publicKey: publicKeyPem(CI) },
];
// Without these, cosign asks Sigstore's public instance where to log what it signs.
const OFFLINE = ["--use-signing-config=false", "--tlog-upload=false"];
const LEGACY = "--new-bundle-format=false";

let folder: string;
let command: string;
let server: RunningRegistry;
let transport: Transport;
let registry: Registry;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "cosign-"));
	command = await ensureCosign();
	server = await startRegistry();
	transport = new Transport();
	registry = new Registry({ url: server.url, actions: ["push"], transport });
	await importKey("ci", signingKeyPem(CI));
	await importKey("stranger", signingKeyPem(STRANGER));
	await writeFile(join(folder, "ci.pub"), publicKeyPem(CI));
	await writeFile(join(folder, "stranger.pub"), publicKeyPem(STRANGER));
});

afterAll(async () => {
	await transport?.close();
	await server?.stop();
	await rm(folder, { recursive: true });
});

function run(...args: readonly string[]): Promise<Captured> {
	return runCaptured(command, args, {
		cwd: folder,
		env: { HOME: folder, COSIGN_PASSWORD: "secret", COSIGN_YES: "true" },
	});
}

async function cosign(...args: readonly string[]): Promise<void> {
	const { code, stderr } = await run(...args);
	if (code !== 0) throw new Error(`cosign ${args.join(" ")}: ${stderr}`);
}

async function importKey(name: string, pem: string): Promise<void> {
	await writeFile(join(folder, `${name}.pem`), pem);
	await cosign(
		"import-key-pair",
		"--key",
		`${name}.pem`,
		"--output-key-prefix",
		name,
	);
}

let images = 0;
/** An image that nobody has signed yet. */
async function pushed() {
	images++;
	const unsigned = image([blob(`image ${images}`)]);
	const repository = `team/app-${images}`;
	await push(server.url, repository, unsigned, "1.0");
	return {
		repository,
		image: unsigned,
		reference: `${server.host}/${repository}@${unsigned.digest}`,
	};
}

async function found(
	repository: string,
	{ digest }: TestImage,
	signers: readonly Signer[] = SIGNERS,
) {
	const material = await loadSignatureMaterial(registry, repository, digest);
	return findSigner(digest, material, signers);
}

describe("a signature of cosign counts", () => {
	test.each([
		["as a bundle", []],
		["in its form before version 3", [LEGACY]],
	])("%s, made with a key of the estate", async (_, form) => {
		const { repository, image, reference } = await pushed();
		expect(await found(repository, image)).toEqual({
			problem: "no signature",
		});
		await cosign("sign", "--key", "ci.key", ...OFFLINE, ...form, reference);
		expect(await found(repository, image)).toEqual({ signer: "ci" });
	});

	test.each([
		["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" })],
		["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
	])("made with a key on %s, in both forms", async (kind, keys) => {
		const { privateKey, publicKey } = keys;
		await importKey(
			kind,
			privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
		);
		const signer = {
			name: kind,
			publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
		};
		for (const form of [[], [LEGACY]]) {
			const { repository, image, reference } = await pushed();
			const key = `${kind}.key`;
			await cosign("sign", "--key", key, ...OFFLINE, ...form, reference);
			expect(await found(repository, image, [signer])).toEqual({
				signer: kind,
			});
		}
	});

	test("beside one of a stranger, in either form", async () => {
		const { repository, image, reference } = await pushed();
		for (const [key, form] of [
			["stranger.key", []],
			["stranger.key", [LEGACY]],
			["ci.key", [LEGACY]],
		] as const) {
			await cosign("sign", "--key", key, ...OFFLINE, ...form, reference);
		}
		expect(await found(repository, image)).toEqual({ signer: "ci" });
	});
});

describe("what else cosign attaches does not count", () => {
	test("a signature with another key, in both forms", async () => {
		const { repository, image, reference } = await pushed();
		await cosign("sign", "--key", "stranger.key", ...OFFLINE, reference);
		await cosign(
			"sign",
			"--key",
			"stranger.key",
			...OFFLINE,
			LEGACY,
			reference,
		);
		expect(await found(repository, image)).toEqual({
			problem: "2 signatures, none by ci: it was made with another key",
		});
	});

	// `cosign verify` takes it for a signature, which this test would show if it changed.
	test("an SBOM that is signed with the right key", async () => {
		const { repository, image, reference } = await pushed();
		await writeFile(
			join(folder, "sbom.json"),
			JSON.stringify({ spdxVersion: "SPDX-2.3", name: "app" }),
		);
		await cosign(
			"attest",
			"--key",
			"ci.key",
			...OFFLINE,
			"--type",
			"spdxjson",
			"--predicate",
			"sbom.json",
			reference,
		);
		expect(await found(repository, image)).toEqual({
			problem:
				"no signature, only what says something else about the image: https://spdx.dev/Document",
		});
		const { code } = await run(
			"verify",
			"--key",
			"ci.pub",
			"--insecure-ignore-tlog",
			reference,
		);
		expect(code).toBe(0);
	});
});

describe("a promotion record", () => {
	const PREDICATE = "urn:registry-tiers:promotion:v1";
	const verify = (key: string, reference: string) =>
		run(
			"verify-attestation",
			"--key",
			key,
			"--insecure-ignore-tlog",
			"--type",
			PREDICATE,
			reference,
		);

	async function recorded(digest?: Digest) {
		const { repository, image, reference } = await pushed();
		const statement = statementOf(digest ?? image.digest, PREDICATE);
		await attachRecord(
			registry,
			repository,
			image,
			signStatement(statement, signingKeyPem(CI)),
			"2026-01-01T00:00:00Z",
		);
		return { reference, statement };
	}

	test("is what cosign verifies as an attestation", async () => {
		const { reference, statement } = await recorded();
		const { code, stdout } = await verify("ci.pub", reference);
		expect(code).toBe(0);
		const { payload } = JSON.parse(stdout);
		expect(JSON.parse(Buffer.from(payload, "base64").toString())).toEqual(
			statement,
		);
	});

	test("is not, with another key", async () => {
		const { reference } = await recorded();
		const { code, stderr } = await verify("stranger.pub", reference);
		expect(code).not.toBe(0);
		expect(stderr).toMatch(/failed to verify signature/);
	});

	test("is not, when it is of another image", async () => {
		const { reference } = await recorded(`sha256:${"0".repeat(64)}`);
		const { code } = await verify("ci.pub", reference);
		expect(code).not.toBe(0);
	});
});

describe("a keyless signature", () => {
	const PATTERN = SUBJECT.replaceAll(".", "\\.");

	/** A keyless signature at the registry, and whether cosign and the promoter take it. */
	async function judged(subject: string) {
		const fulcio = await sigstore();
		const { repository, image: signed, reference } = await pushed();
		const bundle = await fulcio.sign(statementOf(signed.digest), { subject });
		const attached = image([blob(JSON.stringify(bundle), BUNDLE_TYPE)], {
			artifactType: BUNDLE_TYPE,
			subject: descriptorOf(signed),
		});
		await push(
			server.url,
			repository,
			referrers([attached]),
			fallbackTag(signed),
		);
		const trustRoot = JSON.stringify(fulcio.trust);
		await writeFile(join(folder, "trust.json"), trustRoot);
		const { code } = await run(
			"verify",
			"--trusted-root",
			"trust.json",
			"--certificate-oidc-issuer",
			ISSUER,
			"--certificate-identity-regexp",
			`^${PATTERN}$`,
			reference,
		);
		const github = {
			name: "github",
			issuer: ISSUER,
			subject: PATTERN,
			trustRoot,
		};
		return {
			cosign: code,
			promoter: await found(repository, signed, [github]),
		};
	}

	test("that the promoter takes is taken by cosign", async () => {
		expect(await judged(SUBJECT)).toEqual({
			cosign: 0,
			promoter: { signer: "github" },
		});
	});

	test("that the promoter refuses is refused by cosign", async () => {
		const { cosign, promoter } = await judged(`${SUBJECT}-copy`);
		expect(cosign).not.toBe(0);
		expect(promoter).toEqual({
			problem: `1 signature, not by github: its subject is '${SUBJECT}-copy', expected '${PATTERN}'`,
		});
	});
});
