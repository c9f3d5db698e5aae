import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * The YAML files below a folder of the checkout, by path within it. They reach the jobs by `up`.
 *
 * @param folder relative to the checkout
 * @param key the configuration key that names it, for the message
 * @throws {pulumi.RunError} when the folder does not exist
 */
export function checkoutFiles(
	folder: string,
	key: string,
): Readonly<Record<string, string>> {
	const root = resolve(ROOT, folder);
	if (!existsSync(root)) {
		throw new pulumi.RunError(
			`no such folder, got ${folder}; expected a folder of the checkout. Fix: create it, or name another in ${key}.`,
		);
	}
	const names = readdirSync(root, { recursive: true, encoding: "utf8" })
		.filter((name) => /\.ya?ml$/.test(name))
		.sort();
	return Object.fromEntries(
		names.map((name) => [name, readFileSync(join(root, name), "utf8")]),
	);
}
