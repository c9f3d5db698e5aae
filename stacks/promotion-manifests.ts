import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../promotions", import.meta.url));

/** The promotion manifests of the checkout, by path below `promotions/`. They reach the promoter by `up`. */
export function promotionManifests(
	folder = FOLDER,
): Readonly<Record<string, string>> {
	if (!existsSync(folder)) return {};
	const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((name) => /\.ya?ml$/.test(name))
		.sort();
	return Object.fromEntries(
		names.map((name) => [name, readFileSync(join(folder, name), "utf8")]),
	);
}
