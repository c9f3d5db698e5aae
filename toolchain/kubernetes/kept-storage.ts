import { plainTable } from "../plain-table.ts";
import { isForbidden } from "../providers/kubernetes/api-error.ts";
import { connection } from "../providers/kubernetes/kubeconfig.ts";
import { sender } from "../providers/kubernetes/request.ts";
import type { Claim, Named, Volume } from "./cluster-objects.ts";
import { kubectlFor } from "./cluster-problem.ts";
import { STACK_LABEL } from "./namespace-problems.ts";
import type { ClusterAddress } from "./with-cluster.ts";

/** Whose storage is looked for. */
export interface StackStorage {
	readonly cluster: ClusterAddress;
	readonly stack: string;
	/** Every namespace the stack makes: of those that are gone, volumes may be left. */
	readonly namespaces: readonly string[];
}

/** Storage of a stack as it is in the cluster. */
export interface KeptStorage {
	/** Those of the stack that exist. */
	readonly namespaces: readonly string[];
	/** In these. */
	readonly claims: readonly Claim[];
	/** Of claims in the stack's namespaces, also when the claims are gone. Empty where they may not be seen. */
	readonly volumes: readonly Volume[];
}

/** @throws ApiError, UnreachableError */
export async function loadKeptStorage({
	cluster,
	stack,
	namespaces,
}: StackStorage): Promise<KeptStorage> {
	const send = sender(await connection(cluster));
	const selector = encodeURIComponent(`${STACK_LABEL}=${stack}`);
	const [own, all] = await Promise.all([
		list<Named>(`/api/v1/namespaces?labelSelector=${selector}`),
		list<Volume>("/api/v1/persistentvolumes").catch((error) => {
			if (isForbidden(error)) return [];
			throw error;
		}),
	]);
	const names = own.map(({ metadata }) => metadata.name);
	const claims = await Promise.all(
		names.map((name) =>
			list<Claim>(`/api/v1/namespaces/${name}/persistentvolumeclaims`),
		),
	);
	const places = new Set([...names, ...namespaces]);
	return {
		namespaces: names,
		claims: claims.flat(),
		volumes: all.filter(({ spec }) =>
			places.has(spec.claimRef?.namespace ?? ""),
		),
	};

	async function list<T>(path: string): Promise<readonly T[]> {
		const { items } = await send({ method: "GET", path });
		return items as unknown as readonly T[];
	}
}

/**
 * What `down` left of a stack's storage and the commands that remove it for good.
 *
 * @returns undefined when nothing is left
 */
export function describeKept(
	{ namespaces, claims, volumes }: KeptStorage,
	{ cluster, stack }: Pick<StackStorage, "cluster" | "stack">,
): string | undefined {
	const orphans = volumes.filter(
		({ spec }) => !claims.some((claim) => belongs(claim, spec.claimRef)),
	);
	const rows = [
		...claims.map(({ metadata, spec, status }) => [
			`${metadata.namespace}/${metadata.name}`,
			status?.capacity?.storage ?? "",
			spec.volumeName ?? "",
		]),
		...orphans.map(({ metadata, spec }) => [
			`${spec.claimRef?.namespace}/${spec.claimRef?.name} (gone)`,
			spec.capacity?.storage ?? "",
			metadata.name,
		]),
	];
	if (rows.length === 0) return undefined;
	const kubectl = kubectlFor(cluster);
	const retained = volumes
		.filter(({ spec }) => spec.persistentVolumeReclaimPolicy === "Retain")
		.map(({ metadata }) => metadata.name);
	const withClaims = namespaces.filter((name) =>
		claims.some(({ metadata }) => metadata.namespace === name),
	);
	return [
		`storage of the stack '${stack}' is kept:`,
		plainTable(["claim", "size", "volume"], rows),
		"",
		"to remove it for good, with all that is in it:",
		...(withClaims.length > 0
			? [`  ${kubectl} delete namespace ${withClaims.join(" ")}`]
			: []),
		...(retained.length > 0
			? [
					`  ${kubectl} delete persistentvolume ${retained.join(" ")}`,
					"  and then the disks or folders behind these volumes, which their class retains",
				]
			: []),
	].join("\n");
}

const belongs = ({ metadata }: Claim, reference: Volume["spec"]["claimRef"]) =>
	metadata.namespace === reference?.namespace &&
	metadata.name === reference?.name;
