/** A rendered object of Kubernetes, as it would stand in a manifest. */
export interface KubernetesObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: {
		readonly name: string;
		readonly namespace?: string;
		readonly labels?: Labels;
		readonly annotations?: Labels;
	};
	readonly [field: string]: unknown;
}

export type Labels = Readonly<Record<string, string>>;

/** `Deployment "k8s-sandbox/front"`, as problems name an object. */
export function named({ kind, metadata }: KubernetesObject): string {
	const { namespace, name } = metadata ?? {};
	return `${kind} "${namespace === undefined ? name : `${namespace}/${name}`}"`;
}
