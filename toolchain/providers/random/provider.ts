import { randomBytes } from "node:crypto";
import { hashSync } from "bcryptjs";
import type { Provider, Resource, ResourceType } from "../provider.ts";
import { loadSchema } from "../schema.ts";
import type { PropertyMap } from "../values.ts";
import { randomText } from "./text.ts";
import { textProblems, textRule } from "./text-rule.ts";

// The id of a value that is secret itself, as the official provider has it.
const NO_ID = "none";

// That of the official provider, golang.org/x/crypto/bcrypt.DefaultCost.
const BCRYPT_COST = 10;

/** Stands in for the `random` plugin: values from the operating system's generator, kept in the state. */
export const randomProvider: Provider = {
	schema: loadSchema("random"),
	configure: async () => ({
		"random:index/randomBytes:RandomBytes": once(({ length }) => {
			const bytes = randomBytes(Number(length));
			return {
				id: NO_ID,
				outputs: {
					base64: bytes.toString("base64"),
					hex: bytes.toString("hex"),
				},
			};
		}),
		"random:index/randomId:RandomId": once(({ byteLength, prefix: given }) => {
			const bytes = randomBytes(Number(byteLength));
			const hex = bytes.toString("hex");
			const prefix = given === undefined ? "" : String(given);
			return {
				id: bytes.toString("base64url"),
				outputs: {
					b64Std: prefix + bytes.toString("base64"),
					b64Url: prefix + bytes.toString("base64url"),
					dec: prefix + BigInt(`0x${hex}`).toString(),
					hex: prefix + hex,
				},
			};
		}),
		"random:index/randomPassword:RandomPassword": text((result) => ({
			id: NO_ID,
			outputs: { result, bcryptHash: hashSync(result, BCRYPT_COST) },
		})),
		"random:index/randomString:RandomString": text((result) => ({
			id: result,
			outputs: { result },
		})),
	}),
};

/** A value that is drawn once; every change of its inputs draws a new one, in a replacement. */
function once(draw: (inputs: PropertyMap) => Resource): ResourceType {
	return {
		async create(inputs) {
			const { id, outputs } = draw(inputs);
			return { id, outputs: { ...inputs, ...outputs } };
		},
		read: async (resource) => resource,
		update: async () => ({}),
		delete: async () => {},
	};
}

function text(resource: (result: string) => Resource): ResourceType {
	return {
		...once((inputs) => resource(randomText(textRule(inputs)))),
		async check(inputs) {
			// `number` is the old name of `numeric`; the official provider keeps the two equal.
			const { numeric = inputs.number ?? true, number = numeric } = inputs;
			return {
				failures: textProblems({ ...inputs, numeric, number }),
				additions: { numeric, number },
			};
		},
	};
}
