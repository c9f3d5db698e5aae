import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import type { CheckoutFiles } from "../components/job-server.ts";
import { commitOf } from "./commit.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * The YAML files below a folder of the checkout, by path within it, and the commit they are of. They
 * reach the jobs by `up`.
 *
 * @param folder relative to the checkout
 * @param key the configuration key that names it, for the message
 * @throws {pulumi.RunError} when the folder does not exist
 */
export function checkoutFiles(folder: string, key: string): CheckoutFiles {
	const root = resolve(ROOT, folder);
	if (!existsSync(root)) {
		throw new pulumi.RunError(
			`no such folder, got ${folder}; expected a folder of the checkout. Fix: create it, or name another in ${key}.`,
		);
	}
	const names = readdirSync(root, { recursive: true, encoding: "utf8" })
		.filter((name) => /\.ya?ml$/.test(name))
		.sort();
	const commit = commitOf(root, ["*.yaml", "*.yml"]);
	return {
		files: Object.fromEntries(
			names.map((name) => [name, readFileSync(join(root, name), "utf8")]),
		),
		...(commit !== undefined && { commit }),
	};
}
