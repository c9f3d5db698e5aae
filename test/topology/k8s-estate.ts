import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseEstate } from "../../stacks/config/parse.ts";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate, EstateSpec } from "../../topology/estate.ts";

/** The description in `Pulumi.k8s.yaml`, with some of its keys changed. */
export function k8sSpec(change: object = {}): EstateSpec {
	const file = new URL("../../Pulumi.k8s.yaml", import.meta.url);
	const { config } = parse(readFileSync(file, "utf8"));
	return parseEstate(
		{ ...config["registry-tiers:estate"], ...change },
		"k8s",
		"Pulumi.k8s.yaml",
	);
}

export const k8sEstate = (change: object = {}): Estate =>
	compileEstate(k8sSpec(change));
