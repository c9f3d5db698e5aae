import * as pulumi from "@pulumi/pulumi";
import type { EstateSpec } from "../../topology/estate.ts";
import type { EstateImageNames } from "../../topology/kubernetes-spec.ts";
import { ConfigError, ESTATE_KEY, IMAGES_KEY, parseEstate } from "./parse.ts";

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

/** The images that `npm run up` has brought to the cluster; nothing where it brought none. */
export const loadImageNames = (): EstateImageNames | undefined =>
	new pulumi.Config().getObject<EstateImageNames>(IMAGES_KEY);
