import * as pulumi from "@pulumi/pulumi";
import type { EstateSpec } from "../../topology/estate.ts";
import { ConfigError, ESTATE_KEY, parseEstate } from "./parse.ts";

/**
 * Reads and checks the stack's configuration. Nothing else in the project reads `pulumi.Config`.
 *
 * @throws {pulumi.RunError} with all problems at once, without a stack trace
 */
export function loadEstate(stack: string): EstateSpec {
	const file = `Pulumi.${stack}.yaml`;
	try {
		const raw = new pulumi.Config().getObject<unknown>(ESTATE_KEY);
		return parseEstate(raw, stack, file);
	} catch (error) {
		if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
		throw error;
	}
}
