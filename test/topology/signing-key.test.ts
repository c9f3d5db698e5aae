import { expect, test } from "vitest";
import { privateKey, publicJwk } from "../../topology/signing-key.ts";

test("renders the example key of RFC 8037 with the thumbprint of its appendix A.3", () => {
	const seed = Buffer.from(
		"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
		"base64url",
	).toString("base64");
	expect(publicJwk(seed)).toEqual({
		kty: "OKP",
		crv: "Ed25519",
		x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
		kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
		alg: "EdDSA",
		use: "sig",
	});
});

test("refuses a seed that is not 32 bytes long", () => {
	expect(() => privateKey("c2hvcnQ=")).toThrow(
		"signing key has a seed of 5 bytes: expected 32 bytes in base64",
	);
});
