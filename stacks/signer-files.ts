import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import type { SignerSpec, SignerTexts } from "../topology/signer-spec.ts";
import { ConfigError, ESTATE_KEY } from "./config/parse.ts";
import { explain, type Problem } from "./config/problem.ts";
import { publicKeyIn } from "./public-key.ts";
import { trustRootIn } from "./trust-root.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * The public keys and trust roots that the configuration names, by the signer's name. They are
 * checked here, before anything changes: the promoter would hold every image back.
 *
 * @param signers their files are relative to the checkout
 * @param stack for messages, which name its configuration
 * @throws {pulumi.RunError} with everything that is wrong with all of the files
 */
export function readSignerTexts(
	signers: Readonly<Record<string, SignerSpec>>,
	stack: string,
): SignerTexts {
	const problems: Problem[] = [];
	const texts: Record<string, string> = {};
	for (const [name, spec] of Object.entries(signers)) {
		if (spec.kind === "estate-key") continue;
		const { key, file, parse } = fileOf(spec);
		const found = parse(readFile(file));
		if (typeof found === "string") texts[name] = found;
		else {
			problems.push({
				path: `${ESTATE_KEY}.promotion.signers.${name}.${key}`,
				message: explain(found)({ input: file }),
			});
		}
	}
	if (problems.length === 0) return texts;
	throw new pulumi.RunError(
		new ConfigError(`Pulumi.${stack}.yaml`, problems).message,
	);
}

function fileOf(spec: Exclude<SignerSpec, { readonly kind: "estate-key" }>) {
	switch (spec.kind) {
		case "public-key":
			return { key: "publicKey", file: spec.publicKey, parse: publicKeyIn };
		case "keyless":
			return { key: "trustRoot", file: spec.trustRoot, parse: trustRootIn };
	}
}

/** Undefined where there is no such file, or none that can be read. */
function readFile(file: string): string | undefined {
	try {
		return readFileSync(resolve(ROOT, file), "utf8");
	} catch {
		return undefined;
	}
}

/** The public ones among the texts: those of signers with a key pair of their own. */
export function publicKeyTexts(
	signers: Readonly<Record<string, SignerSpec>>,
	texts: SignerTexts,
): SignerTexts {
	return Object.fromEntries(
		Object.entries(texts).filter(
			([name]) => signers[name]?.kind === "public-key",
		),
	);
}
