import type { Resource } from "../resource.ts";

/** The kind of a Kubernetes object of any group and version, e.g. `Deployment`; undefined for other resources. */
export function kindOf({ type }: Pick<Resource, "type">): string | undefined {
	return /^kubernetes:[^:]+\/[^:]+:(\w+)$/.exec(type)?.[1];
}

export interface Metadata {
	readonly name?: string;
	readonly namespace?: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** An object's metadata; the namespace of one without is `default`, as Kubernetes has it. */
export function metadataOf({ props }: Pick<Resource, "props">): Metadata {
	return (props.metadata ?? {}) as Metadata;
}

export function namespaceOf(resource: Pick<Resource, "props">): string {
	return metadataOf(resource).namespace ?? "default";
}

/** A selector as Deployments and NetworkPolicies have it. */
export interface LabelSelector {
	readonly matchLabels?: Readonly<Record<string, string>>;
	readonly matchExpressions?: readonly {
		readonly key: string;
		readonly operator: string;
		readonly values?: readonly string[];
	}[];
}

/** Whether a selector chooses an object with these labels; the empty one chooses all. */
export function selects(
	{ matchLabels = {}, matchExpressions = [] }: LabelSelector,
	labels: Readonly<Record<string, string>>,
): boolean {
	return (
		Object.entries(matchLabels).every(
			([key, value]) => labels[key] === value,
		) &&
		matchExpressions.every(({ key, operator, values = [] }) => {
			const value = labels[key];
			switch (operator) {
				case "In":
					return value !== undefined && values.includes(value);
				case "NotIn":
					return value === undefined || !values.includes(value);
				case "Exists":
					return value !== undefined;
				case "DoesNotExist":
					return value === undefined;
				default:
					throw new Error(
						`a label selector has the operator '${operator}'; expected one of In, NotIn, Exists, DoesNotExist`,
					);
			}
		})
	);
}
