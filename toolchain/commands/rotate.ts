import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Document, parseDocument } from "yaml";
import type { Estate } from "../../topology/estate.ts";
import { generationOf } from "../../topology/rotation.ts";
import { findAccounts } from "../accounts.ts";
import type { StackOptions } from "../main.ts";
import { say } from "../step.ts";
import { findRegistry } from "../tier-targets.ts";
import { describeStack } from "./prepare.ts";
import { up } from "./up.ts";

/** `npm run rotate -- key <tier>`: the next signing key of a registry takes over, the one before it ends. */
export async function rotateKey(
	options: StackOptions,
	tier: string,
): Promise<number> {
	const { estate } = describeStack(options);
	const { key } = findRegistry(estate, tier);
	return rotate(options, estate, "keys", [key]);
}

/** `npm run rotate -- secret <principal> <tier>`: a new password; the old one ends. */
export async function rotateSecret(
	options: StackOptions,
	principal: string,
	tier: string,
): Promise<number> {
	const { estate } = describeStack(options);
	const accounts = findAccounts(estate, principal, tier);
	return rotate(
		options,
		estate,
		"secrets",
		accounts.map(({ secret }) => secret),
	);
}

// The generation stays in the configuration, where a review and the next `up` see it.
async function rotate(
	options: StackOptions,
	estate: Estate,
	kind: "keys" | "secrets",
	names: readonly string[],
): Promise<number> {
	const { file } = describeStack(options).location;
	const document = parseDocument(readFileSync(file, "utf8"));
	for (const name of names) {
		const next = generationOf(estate.rotation[kind], name) + 1;
		setGeneration(document, kind, name, next);
		say(
			`${file}: rotation.${kind}.${name} is now ${next}; commit it, or the next up from another checkout goes back`,
		);
	}
	writeFileSync(`${file}.new`, document.toString({ lineWidth: 0 }));
	renameSync(`${file}.new`, file);
	return up(options, []);
}

/** Writes the generation of a secret into a stack's configuration; the rest of the text stays. */
export function setGeneration(
	document: Document,
	kind: "keys" | "secrets",
	name: string,
	generation: number,
): void {
	document.setIn(
		["config", "registry-tiers:estate", "rotation", kind, name],
		generation,
	);
}
