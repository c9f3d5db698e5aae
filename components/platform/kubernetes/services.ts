import type { types } from "@pulumi/kubernetes";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { aliasOf } from "../../../topology/hosts.ts";
import { memberLabel } from "../../../topology/kubernetes-labels.ts";
import type { ServerArgs } from "../platform.ts";

export interface ServicePlacement {
	readonly parent: pulumi.Resource;
	/**
	 * What runs the pods. A Service is made when they are ready: while one waits for them it holds one of the
	 * few places the engine has, and enough of those keep the pods themselves from being made.
	 */
	readonly pods: pulumi.Resource;
}

/**
 * A Service for each name of a server. Those that several servers share are made with the first of
 * them and lead to all.
 *
 * @param made names that have a Service; it gets what is made here
 */
export function aliasServices(
	name: string,
	{ networks, member, listens, replicaOf }: ServerArgs,
	metadata: types.input.meta.v1.ObjectMeta,
	selector: Readonly<Record<string, string>>,
	made: Set<string>,
	{ parent, pods }: ServicePlacement,
): void {
	const hosts = networks.flatMap(({ aliases }) => aliases);
	for (const host of new Set(hosts)) {
		if (made.has(host)) continue;
		made.add(host);
		const alias = aliasOf(host);
		new kubernetes.core.v1.Service(
			`${name}-as-${alias}`,
			{
				metadata: { ...metadata, name: alias },
				spec: {
					selector: alias === replicaOf ? memberLabel(member) : { ...selector },
					ports: listens.map((port) => ({
						name: `tcp-${port}`,
						port,
						targetPort: port,
					})),
				},
			},
			{ parent, dependsOn: [pods] },
		);
	}
}
