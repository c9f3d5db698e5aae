import * as pulumi from "@pulumi/pulumi";
import type { RegistryDependencies } from "../registry-server.ts";
import { type TierRegistry, tierRegistry } from "./tier-registry.ts";

export type ArchiveArgs = RegistryDependencies & TierRegistry;

/** Upstream images the team keeps and may override: filled by the archiver, emptied by nobody. */
export class Archive extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: ArchiveArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { registry, stores } = args;
		super("registry-tiers:index:Archive", name, { registry, stores }, opts);
		tierRegistry(name, args, args, this);
		this.registerOutputs({});
	}
}
