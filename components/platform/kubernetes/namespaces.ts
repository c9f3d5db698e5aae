import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../../../topology/estate.ts";
import { namespaceOf, namespacesOf } from "../../../topology/hosts.ts";
import { stackLabels } from "../../../topology/kubernetes-labels.ts";
import { DENY_ALL } from "./network-policy.ts";

export interface NamespacesArgs {
	readonly estate: Estate;
}

/** What `restricted` means: an upgrade of the cluster changes nothing. The oldest release that is supported. */
const POD_SECURITY_VERSION = "v1.29";

/** A namespace for each part of the estate: nothing in it may be privileged, and nothing reaches it unasked. */
export class Namespaces extends pulumi.ComponentResource {
	private readonly byName = new Map<string, pulumi.Output<string>>();

	constructor(
		name: string,
		{ estate }: NamespacesArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const names = namespacesOf(estate);
		super("registry-tiers:index:Namespaces", name, { names }, opts);
		const kept = new Set(
			estate.stores
				.filter(({ durability }) => durability === "kept")
				.map(({ registry }) => namespaceOf(estate, `registry:${registry}`)),
		);
		for (const one of names) {
			// Its claims would go with it.
			const isKept = kept.has(one);
			const namespace = new kubernetes.core.v1.Namespace(
				`${name}-${one}`,
				{
					metadata: {
						name: one,
						labels: {
							...stackLabels(estate.stack),
							"pod-security.kubernetes.io/enforce": "restricted",
							"pod-security.kubernetes.io/enforce-version":
								POD_SECURITY_VERSION,
							"pod-security.kubernetes.io/warn": "restricted",
							"pod-security.kubernetes.io/audit": "restricted",
						},
					},
				},
				{ parent: this, protect: isKept, retainOnDelete: isKept },
			);
			this.byName.set(one, namespace.metadata.name);
			new kubernetes.networking.v1.NetworkPolicy(
				`${name}-${one}-deny-all`,
				{
					metadata: {
						name: "deny-all",
						namespace: namespace.metadata.name,
						labels: stackLabels(estate.stack),
					},
					spec: DENY_ALL,
				},
				{ parent: this },
			);
		}
		this.registerOutputs({});
	}

	/** A namespace of the estate, for what is to be in it. */
	named(name: string): pulumi.Output<string> {
		const found = this.byName.get(name);
		if (found) return found;
		throw new Error(`the estate has no namespace '${name}'`);
	}
}
