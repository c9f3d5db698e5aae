import { createPublicKey, type KeyObject, sign } from "node:crypto";

const ED25519 = Buffer.from("300506032b6570", "hex");

/** A certificate an Ed25519 key issued to itself, DER: what an attacker has and no registry trusts. */
export function selfSigned(key: KeyObject, commonName: string): Buffer {
	const name = der(
		0x30,
		der(
			0x31,
			der(
				0x30,
				Buffer.from("0603550403", "hex"),
				der(0x0c, Buffer.from(commonName)),
			),
		),
	);
	const validity = der(
		0x30,
		der(0x17, Buffer.from("200101000000Z")),
		der(0x17, Buffer.from("490101000000Z")),
	);
	const version = der(0xa0, der(0x02, Buffer.from([2])));
	const serial = der(0x02, Buffer.from([1]));
	const subjectKey = createPublicKey(key).export({
		format: "der",
		type: "spki",
	});
	const body = der(
		0x30,
		version,
		serial,
		ED25519,
		name,
		validity,
		name,
		subjectKey,
	);
	const signature = Buffer.concat([Buffer.from([0]), sign(null, body, key)]);
	return der(0x30, body, ED25519, der(0x03, signature));
}

// X.690: tag, length in the short form below 128 bytes and in the long form above, contents.
function der(tag: number, ...contents: Buffer[]): Buffer {
	const body = Buffer.concat(contents);
	const length =
		body.length < 128
			? [body.length]
			: [0x82, body.length >> 8, body.length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
