import {
	createHash,
	generateKeyPairSync,
	type KeyObject,
	sign,
	X509Certificate,
} from "node:crypto";
import {
	initializeCA,
	initializeCTLog,
	initializeTLog,
	initializeTSA,
} from "@sigstore/mock";
import { signedBytes } from "../../../../../services/jobs/promote/signatures/dsse.ts";
import { BUNDLE_TYPE } from "../../../../../services/jobs/promote/signatures/signature-material.ts";

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
const hashOf = (bytes: Uint8Array) => ({
	algorithm: "sha256",
	value: sha256(bytes).toString("hex"),
});
const pemOf = (certificate: Buffer) =>
	Buffer.from(new X509Certificate(certificate).toString());
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
	return { trust, sign: signKeyless };

	/** Signs a statement with a certificate for a key of a moment's life. */
	async function signKeyless(
		statement: object,
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
		const envelope = envelopeOf(statement, privateKey);
		const signature = Buffer.from(envelope.signatures[0]?.sig ?? "", "base64");
		return {
			mediaType: BUNDLE_TYPE,
			verificationMaterial: {
				certificate: { rawBytes: base64(certificate) },
				tlogEntries: logged
					? [await logEntry(envelope, certificate, time === "log")]
					: [],
				timestampVerificationData: {
					rfc3161Timestamps:
						time === "authority"
							? [{ signedTimestamp: await timestamp(signature) }]
							: [],
				},
			},
			dsseEnvelope: envelope,
		};
	}

	async function logEntry(
		envelope: TestEnvelope,
		certificate: Buffer,
		promised: boolean,
	) {
		const entries = await log.log({
			kind: "dsse",
			apiVersion: "0.0.1",
			spec: {
				envelopeHash: hashOf(Buffer.from(JSON.stringify(envelope))),
				payloadHash: hashOf(Buffer.from(envelope.payload, "base64")),
				signatures: envelope.signatures.map(({ sig }) => ({
					signature: sig,
					verifier: base64(pemOf(certificate)),
				})),
			},
		});
		const [entry] = Object.values(entries) as LogEntry[];
		if (!entry) throw new Error("the log has no entry");
		const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
		return {
			logIndex: String(entry.logIndex),
			logId: { keyId: Buffer.from(entry.logID, "hex").toString("base64") },
			kindVersion: { kind: "dsse", version: "0.0.1" },
			integratedTime: String(entry.integratedTime),
			...(promised && { inclusionPromise: { signedEntryTimestamp } }),
			inclusionProof: {
				logIndex: String(proof.logIndex),
				rootHash: Buffer.from(proof.rootHash, "hex").toString("base64"),
				treeSize: String(proof.treeSize),
				hashes: proof.hashes,
				checkpoint: { envelope: proof.checkpoint },
			},
			canonicalizedBody: entry.body,
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

// What Rekor answers; the mock's own types come from a package it does not bring along.
interface LogEntry {
	readonly logIndex: number;
	readonly logID: string;
	readonly integratedTime: number;
	readonly body: string;
	readonly verification: {
		readonly signedEntryTimestamp: string;
		readonly inclusionProof: {
			readonly logIndex: number;
			readonly rootHash: string;
			readonly treeSize: number;
			readonly hashes: readonly string[];
			readonly checkpoint: string;
		};
	};
}

interface TestEnvelope {
	readonly payloadType: string;
	readonly payload: string;
	readonly signatures: readonly { readonly sig: string }[];
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

function bytesOf(view: ArrayBufferView): Buffer {
	return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
