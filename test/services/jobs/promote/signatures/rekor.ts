import { createHash, X509Certificate } from "node:crypto";

export interface TestEnvelope {
	readonly payloadType: string;
	readonly payload: string;
	readonly signatures: readonly { readonly sig: string }[];
}

/** What a bundle signs, with the signature. */
export type Signed =
	| { readonly dsseEnvelope: TestEnvelope }
	| {
			readonly messageSignature: {
				readonly messageDigest: { readonly digest: string };
				readonly signature: string;
			};
	  };

/** What a client asks Rekor to log. */
export interface Proposal {
	readonly kind: string;
	readonly apiVersion: string;
	readonly spec: object;
}

const base64 = (bytes: Buffer | string) =>
	Buffer.from(bytes).toString("base64");
const hashOf = (bytes: Buffer) => ({
	algorithm: "sha256",
	value: createHash("sha256").update(bytes).digest("hex"),
});

/** What a client proposes to Rekor for a signature, as cosign does. */
export function proposalOf(signed: Signed, certificate: Buffer): Proposal {
	const pem = base64(new X509Certificate(certificate).toString());
	if ("messageSignature" in signed) {
		const { messageDigest, signature } = signed.messageSignature;
		const value = Buffer.from(messageDigest.digest, "base64").toString("hex");
		return {
			kind: "hashedrekord",
			apiVersion: "0.0.1",
			spec: {
				data: { hash: { algorithm: "sha256", value } },
				signature: { content: signature, publicKey: { content: pem } },
			},
		};
	}
	const { dsseEnvelope } = signed;
	return {
		kind: "dsse",
		apiVersion: "0.0.1",
		spec: {
			envelopeHash: hashOf(Buffer.from(JSON.stringify(dsseEnvelope))),
			payloadHash: hashOf(Buffer.from(dsseEnvelope.payload, "base64")),
			signatures: dsseEnvelope.signatures.map(({ sig }) => ({
				signature: sig,
				verifier: pem,
			})),
		},
	};
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

/** Rekor's answer as a bundle has it. `promised`: with the promise that tells the time. */
export function loggedEntry(
	answer: object,
	{ kind, apiVersion }: Proposal,
	promised: boolean,
) {
	const [entry] = Object.values(answer) as LogEntry[];
	if (!entry) throw new Error("the log has no entry");
	const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
	return {
		logIndex: String(entry.logIndex),
		logId: { keyId: base64(Buffer.from(entry.logID, "hex")) },
		kindVersion: { kind, version: apiVersion },
		integratedTime: String(entry.integratedTime),
		...(promised && { inclusionPromise: { signedEntryTimestamp } }),
		inclusionProof: {
			logIndex: String(proof.logIndex),
			rootHash: base64(Buffer.from(proof.rootHash, "hex")),
			treeSize: String(proof.treeSize),
			hashes: proof.hashes,
			checkpoint: { envelope: proof.checkpoint },
		},
		canonicalizedBody: entry.body,
	};
}
