import {
	createHash,
	generateKeyPairSync,
	type KeyObject,
	sign,
} from "node:crypto";
import {
	initializeCA,
	initializeCTLog,
	initializeTLog,
	initializeTSA,
} from "@sigstore/mock";
import { signedBytes } from "../../../../../services/jobs/promote/signatures/dsse.ts";
import { BUNDLE_TYPE } from "../../../../../services/jobs/promote/signatures/signature-material.ts";
import {
	loggedEntry,
	proposalOf,
	type Signed,
	type TestEnvelope,
} from "./rekor.ts";

export const ISSUER = "https://token.actions.githubusercontent.com";
export const SUBJECT =
	"https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";

const ISSUER_OID = "1.3.6.1.4.1.57264.1.8";
const SHA256_OID = "2.16.840.1.101.3.4.2.1";
const LOG = "https://rekor.test";

export interface SigstoreOptions {
	/** Whether its CA puts its certificates in a certificate log. @default true */
	readonly certificateLog?: boolean;
	/** What its log takes for the time. @default - now */
	readonly logClock?: Date;
}

export interface KeylessOptions {
	/** @default SUBJECT */
	readonly subject?: string;
	/** @default ISSUER */
	readonly issuer?: string;
	/** Who says when it was signed: the log by its promise, or a timestamp authority. @default log */
	readonly time?: "log" | "authority" | "nobody";
	/** Whether the log has it. @default true */
	readonly logged?: boolean;
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const sha256 = (bytes: Uint8Array) =>
	createHash("sha256").update(bytes).digest();
const base64 = (bytes: { buffer: ArrayBufferLike } | Buffer) =>
	Buffer.isBuffer(bytes)
		? bytes.toString("base64")
		: Buffer.from(bytes.buffer).toString("base64");

/** A Sigstore of its own: Fulcio with its certificate log, Rekor and a timestamp authority. */
export async function sigstore({
	certificateLog = true,
	logClock,
}: SigstoreOptions = {}) {
	const ctLog = await initializeCTLog(keyPair());
	const ca = await initializeCA(keyPair(), certificateLog ? ctLog : undefined);
	const log = await initializeTLog(LOG, keyPair(), logClock);
	// Whole seconds, which is what verifiers read, and after any certificate of this minute.
	const soon = new Date(Math.ceil(Date.now() / 1000 + 60) * 1000);
	const authority = await initializeTSA(keyPair(), soon);
	const validFor = { start: "2020-01-01T00:00:00Z" };
	const logOf = (baseUrl: string, publicKey: Buffer) => ({
		baseUrl,
		hashAlgorithm: "SHA2_256",
		logId: { keyId: base64(sha256(publicKey)) },
		publicKey: {
			rawBytes: base64(publicKey),
			keyDetails: "PKIX_ECDSA_P256_SHA_256",
			validFor,
		},
	});
	const chainOf = (...certificates: Buffer[]) => ({
		subject: { organization: "test", commonName: "test" },
		uri: "https://ca.test",
		certChain: {
			certificates: certificates.map((bytes) => ({ rawBytes: base64(bytes) })),
		},
		validFor,
	});
	const trust = {
		mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		tlogs: [logOf(LOG, log.publicKey)],
		ctlogs: [logOf("https://ctlog.test", ctLog.publicKey)],
		certificateAuthorities: [chainOf(bytesOf(ca.rootCertificate))],
		timestampAuthorities: [
			chainOf(
				bytesOf(authority.intCertificate),
				bytesOf(authority.rootCertificate),
			),
		],
	};
	return { trust, ca, log, sign: signKeyless };

	/** Signs a statement, or bytes, with a certificate for a key of a moment's life. */
	async function signKeyless(
		content: object | Buffer,
		{
			subject = SUBJECT,
			issuer = ISSUER,
			time = "log",
			logged = true,
		}: KeylessOptions = {},
	) {
		const { publicKey, privateKey } = keyPair();
		const certificate = bytesOf(
			await ca.issueCertificate({
				publicKey: publicKey.export({ type: "spki", format: "der" }),
				subjectAltName: subject,
				extensions: [{ oid: ISSUER_OID, value: issuer }],
			}),
		);
		const signed = Buffer.isBuffer(content)
			? messageSignatureOf(content, privateKey)
			: { dsseEnvelope: envelopeOf(content, privateKey) };
		const proposal = proposalOf(signed, certificate);
		return {
			mediaType: BUNDLE_TYPE,
			verificationMaterial: {
				certificate: { rawBytes: base64(certificate) },
				tlogEntries: logged
					? [loggedEntry(await log.log(proposal), proposal, time === "log")]
					: [],
				timestampVerificationData: {
					rfc3161Timestamps:
						time === "authority"
							? [{ signedTimestamp: await timestamp(signatureIn(signed)) }]
							: [],
				},
			},
			...signed,
		};
	}

	async function timestamp(signature: Buffer): Promise<string> {
		const response = await authority.timestamp({
			artifactHash: sha256(signature),
			hashAlgorithmOID: SHA256_OID,
			nonce: 7,
			policyOID: "1.3.6.1.4.1.57264.2",
		});
		return base64(bytesOf(response));
	}
}

/** A statement in a DSSE envelope, signed with a key. */
export function envelopeOf(
	statement: object,
	key: KeyObject | string,
	payloadType = "application/vnd.in-toto+json",
): TestEnvelope {
	const payload = Buffer.from(JSON.stringify(statement));
	const signature = sign("sha256", signedBytes(payloadType, payload), key);
	return {
		payloadType,
		payload: base64(payload),
		signatures: [{ sig: base64(signature) }],
	};
}

/** The signature of bytes themselves. */
export function messageSignatureOf(bytes: Buffer, key: KeyObject) {
	return {
		messageSignature: {
			messageDigest: { algorithm: "SHA2_256", digest: base64(sha256(bytes)) },
			signature: base64(sign("sha256", bytes, key)),
		},
	};
}

function signatureIn(signed: Signed): Buffer {
	const text =
		"messageSignature" in signed
			? signed.messageSignature.signature
			: (signed.dsseEnvelope.signatures[0]?.sig ?? "");
	return Buffer.from(text, "base64");
}

function bytesOf(view: ArrayBufferView): Buffer {
	return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
