import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parse, stringify } from "yaml";
import { parseEstate } from "../../stacks/config/parse.ts";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate } from "../../topology/estate.ts";
import type { TestStack } from "../docker/test-stack.ts";

/** First part of the names of all repositories the suite writes to. */
export const REPOSITORY_PREFIX = "conformance";

/**
 * Makes the rules of a stack admit what the suite pushes: its repositories and tags, without labels.
 * Nothing else changes, and what is not the suite's is refused as ever.
 *
 * @returns the estate the stack will have
 */
export function admitSuite({ name, configFile }: TestStack): Estate {
	const document = parse(readFileSync(configFile, "utf8"));
	const estate = document.config["registry-tiers:estate"];
	for (const tier of Object.values<Record<string, unknown>>(estate.tiers)) {
		tier.names = [`${REPOSITORY_PREFIX}/[a-z0-9-]+`];
		// `image`, `index-of-index`, `tag-param-sha256-2`: no dots, no capitals.
		tier.tags = ["[a-z]+(?:-[a-z0-9]+)*"];
		delete tier.requiredLabels;
	}
	writeFileSync(configFile, stringify(document));
	return compileEstate(parseEstate(estate, name, basename(configFile)));
}
