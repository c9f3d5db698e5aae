import { generateKeyPairSync, sign } from "node:crypto";

/** A server certificate that no authority signed, with its key; both PEM. */
export interface Certificate {
	readonly cert: string;
	readonly key: string;
}

/** Makes a certificate for 127.0.0.1, valid from an hour ago. DER by hand: Node signs but does not build X.509. */
export function selfSigned(lifeMs = 86_400_000): Certificate {
	const { publicKey, privateKey } = generateKeyPairSync("ed25519");
	const start = Date.now() - 3_600_000;
	const name = sequence(
		der(0x31, sequence(oid("55 04 03"), der(0x0c, Buffer.from("test")))),
	);
	const algorithm = sequence(oid("2b 65 70"));
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.from([1])),
		algorithm,
		name,
		sequence(utcTime(start), utcTime(start + lifeMs)),
		name,
		publicKey.export({ type: "spki", format: "der" }),
		der(0xa3, sequence(subjectAltName([127, 0, 0, 1]))),
	);
	const signature = sign(null, body, privateKey);
	const cert = sequence(
		body,
		algorithm,
		der(0x03, Buffer.concat([Buffer.from([0]), signature])),
	);
	return {
		cert: `-----BEGIN CERTIFICATE-----\n${cert.toString("base64")}\n-----END CERTIFICATE-----\n`,
		key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
	};
}

function subjectAltName(address: readonly number[]): Buffer {
	const names = sequence(der(0x87, Buffer.from(address)));
	return sequence(oid("55 1d 11"), der(0x04, names));
}

function utcTime(time: number): Buffer {
	const digits = new Date(time).toISOString().replace(/\D/g, "").slice(2, 14);
	return der(0x17, Buffer.from(`${digits}Z`));
}

function oid(hex: string): Buffer {
	return der(0x06, Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

function sequence(...parts: readonly Buffer[]): Buffer {
	return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
