/** The type of the payload of envelopes that hold in-toto statements. */
export const STATEMENT_TYPE = "application/vnd.in-toto+json";

/**
 * The bytes that the signature of a DSSE envelope is made over
 * (https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md#signature-definition).
 */
export function signedBytes(payloadType: string, payload: Uint8Array): Buffer {
	const type = Buffer.from(payloadType);
	return Buffer.concat([
		Buffer.from(`DSSEv1 ${type.byteLength} `),
		type,
		Buffer.from(` ${payload.byteLength} `),
		payload,
	]);
}
