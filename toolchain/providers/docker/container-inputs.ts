import type { ContainerArgs } from "@pulumi/docker";
import type { Unwrap } from "@pulumi/pulumi";
import type { PropertyMap } from "../values.ts";

/** A container as the program describes it: the official SDK's own type. */
export type ContainerInputs = Unwrap<ContainerArgs>;

/** Inputs that were checked against the schema, which has made sure of the required ones. */
export function containerInputs(inputs: PropertyMap) {
	return inputs as PropertyMap & ContainerInputs;
}

/** The provider counts memory in MiB, the engine in bytes. */
export const MIB = 1024 * 1024;
