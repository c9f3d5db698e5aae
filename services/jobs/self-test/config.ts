import { z } from "zod";
import { PRINCIPALS, VERBS } from "../../../topology/access.ts";
import {
	type SelfTestConfig,
	secretsOf,
} from "../../../topology/self-test-config.ts";
import { TIER_KINDS } from "../../../topology/tier-kinds.ts";
import { url } from "../config-fields.ts";
import { loadConfig } from "../config-file.ts";

const login = z.strictObject({
	principal: z.enum(PRINCIPALS).exclude(["anonymous"]),
	secret: z.string().min(1, "the name of a secret"),
});

const endpoint = { url, witness: login };

const image = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("own"),
		writer: login,
		remover: login.exactOptional(),
		tag: z.string().exactOptional(),
	}),
	z.strictObject({
		kind: z.literal("found"),
		origin: z.strictObject(endpoint),
	}),
]);

const registry = z.strictObject({
	name: z.string(),
	tier: z.enum(TIER_KINDS),
	...endpoint,
	cells: z.array(
		z.strictObject({
			principal: z.enum(PRINCIPALS),
			verb: z.enum(VERBS),
			allowed: z.boolean(),
			logins: z.array(login),
		}),
	),
	image,
	newTag: z.string().exactOptional(),
	requiredLabels: z.array(z.string()),
});

const front = z.strictObject({
	name: z.string(),
	url,
	foreignHost: z.string().min(1, "a host name"),
});

const schema = z
	.strictObject({
		registries: z.array(registry),
		fronts: z.array(front),
		passwords: z.record(z.string(), z.string().min(1, "a password")),
	})
	.superRefine((config, context) => {
		for (const secret of secretsOf(config)) {
			if (Object.hasOwn(config.passwords, secret)) continue;
			context.addIssue({
				code: "custom",
				path: ["passwords", secret],
				message: "the password of each account",
			});
		}
	}) satisfies z.ZodType<SelfTestConfig>;

/**
 * Reads the configuration of the self-test.
 *
 * @throws InvalidInputError with everything that is wrong with it.
 */
export function loadSelfTestConfig(file: string): Promise<SelfTestConfig> {
	return loadConfig(file, { schema, owner: "the self-test" });
}
