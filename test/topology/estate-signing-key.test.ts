import { createPublicKey, sign, verify } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	publicKeyPem,
	signingKeyPem,
} from "../../topology/estate-signing-key.ts";

const seeds = fc
	.uint8Array({ minLength: 32, maxLength: 32 })
	.map((bytes) => Buffer.from(bytes).toString("base64"));

const SEED = Buffer.from(
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	"hex",
).toString("base64");

// Another key for the same seed would make every signature made so far one of a stranger.
test("a seed gives the key it always gave", () => {
	expect(publicKeyPem(SEED)).toBe(
		`-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEk/5C9cX+vzU3Kpse+24ZVKSHBy70
Um1N6e8hwH61e1UK/qALwOQblCvzrahVpjHft3inN1S8ZsE8xrUx69DWig==
-----END PUBLIC KEY-----
`,
	);
});

test("the private half is PKCS #8 in PEM and belongs to the public half", () => {
	expect(signingKeyPem(SEED)).toMatch(
		/^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END PRIVATE KEY-----\n$/,
	);
	expect(
		createPublicKey(signingKeyPem(SEED))
			.export({ type: "spki", format: "pem" })
			.toString(),
	).toBe(publicKeyPem(SEED));
});

test("every seed gives a key on P-256 whose signatures its public half verifies", () => {
	fc.assert(
		fc.property(
			fc.oneof(
				seeds,
				fc.constantFrom(
					Buffer.alloc(32).toString("base64"),
					Buffer.alloc(32, 0xff).toString("base64"),
				),
			),
			(seed) => {
				const publicKey = createPublicKey(publicKeyPem(seed));
				expect(publicKey.asymmetricKeyDetails).toEqual({
					namedCurve: "prime256v1",
				});
				const data = Buffer.from("image");
				const signature = sign("sha256", data, signingKeyPem(seed));
				expect(verify("sha256", data, publicKey, signature)).toBe(true);
			},
		),
	);
});

test("two seeds have two keys", () => {
	const other = Buffer.alloc(32, 1).toString("base64");
	expect(publicKeyPem(other)).not.toBe(publicKeyPem(SEED));
});

test("refuses a seed that is not 32 bytes long", () => {
	expect(() => signingKeyPem("c2hvcnQ=")).toThrow(
		new Error("signing key has a seed of 5 bytes: expected 32 bytes in base64"),
	);
});
