import * as pulumi from "@pulumi/pulumi";
import type { RegistryDependencies } from "../registry-server.ts";
import { type TierRegistry, tierRegistry } from "./tier-registry.ts";

export type SandboxArgs = RegistryDependencies & TierRegistry;

/** Throw-away images of developers: one registry over a store that may vanish at any time. */
export class Sandbox extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: SandboxArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { registry, stores } = args;
		super("registry-tiers:index:Sandbox", name, { registry, stores }, opts);
		tierRegistry(name, args, args, this);
		this.registerOutputs({});
	}
}
