import { containerOf, neverRuns } from "../docker/containers.ts";
import {
	type Container,
	type Pod,
	podOf,
	type Volume,
} from "../kubernetes/pods.ts";
import { remembered } from "../remembered.ts";
import type { Resource } from "../resource.ts";
import { type Files, filesInObjects, filesInVolumes } from "./documents.ts";

/** A container that runs, on either platform. */
export interface Server {
	readonly resource: Resource;
	/** Name of the container in its pod; on Docker the resource's. */
	readonly name: string;
	readonly image: string;
	readonly command: readonly string[];
	/** The files it is given, by their path in the container. */
	readonly files: Files;
	/** What it keeps data in. */
	readonly stores: readonly Store[];
	/** Networks of the Docker Engine it is in. */
	readonly networks: readonly string[];
	/** Where it runs on Kubernetes. */
	readonly place?: { readonly pod: Pod; readonly container: Container };
}

/** A volume or claim, as one container sees it. */
export interface Store {
	/** Name of the volume, or namespace and name of the claim. */
	readonly id: string;
	readonly path: string;
	readonly readOnly: boolean;
}

/** Every container the stack runs. */
export const serversOf = remembered((resources): readonly Server[] => {
	const volumes = filesInVolumes(resources);
	const objects = filesInObjects(resources);
	return resources.flatMap((resource) => [
		...dockerServers(resource, volumes),
		...podServers(resource, objects),
	]);
});

function dockerServers(
	resource: Resource,
	filesIn: ReadonlyMap<string, Files>,
): readonly Server[] {
	const container = containerOf(resource);
	if (!container || neverRuns(container)) return [];
	const {
		volumes = [],
		entrypoints = [],
		command = [],
		networksAdvanced = [],
	} = container;
	const mounts = volumes.map(
		({ volumeName = "", containerPath = "", readOnly = false }) => ({
			id: volumeName,
			path: containerPath,
			readOnly,
			files: filesIn.get(volumeName),
		}),
	);
	return [
		{
			resource,
			name: resource.name,
			image: container.image ?? "",
			command: [...entrypoints, ...command],
			files: merged(mounts.map(({ path, files = {} }) => below(path, files))),
			stores: mounts
				.filter(({ files }) => files === undefined)
				.map(({ id, path, readOnly }) => ({ id, path, readOnly })),
			networks: networksAdvanced.map(({ name }) => name),
		},
	];
}

function podServers(
	resource: Resource,
	objects: ReadonlyMap<string, Files>,
): readonly Server[] {
	const pod = podOf(resource);
	if (!pod) return [];
	return (pod.spec.containers ?? []).map((container): Server => {
		const {
			name,
			image = "",
			command = [],
			args = [],
			volumeMounts = [],
		} = container;
		const mounts = volumeMounts.map((mount) => ({
			mount,
			volume: pod.spec.volumes?.find((volume) => volume.name === mount.name),
		}));
		return {
			resource,
			name,
			image,
			command: [...command, ...args],
			files: merged(
				mounts.map(({ mount, volume }) =>
					below(
						mount.mountPath,
						volume ? filesOf(volume, pod.namespace, objects) : {},
					),
				),
			),
			stores: mounts.flatMap(({ mount, volume }) => {
				const id = claimOf(mount.name, volume, resource, pod);
				const readOnly =
					mount.readOnly === true ||
					volume?.persistentVolumeClaim?.readOnly === true;
				return id ? [{ id, path: mount.mountPath, readOnly }] : [];
			}),
			networks: [],
			place: { pod, container },
		};
	});
}

/** The files a pod's volume brings from Secrets and ConfigMaps. */
function filesOf(
	{ secret, configMap, projected }: Volume,
	namespace: string,
	objects: ReadonlyMap<string, Files>,
): Files {
	const sources = [
		{ kind: "Secret", name: secret?.secretName, items: secret?.items },
		{ kind: "ConfigMap", name: configMap?.name, items: configMap?.items },
		...(projected?.sources ?? []).flatMap((source) => [
			{
				kind: "Secret",
				name: source.secret?.name,
				items: source.secret?.items,
			},
			{
				kind: "ConfigMap",
				name: source.configMap?.name,
				items: source.configMap?.items,
			},
		]),
	];
	return merged(
		sources.map(({ kind, name, items }) => {
			const files = objects.get(`${kind} ${namespace}/${name}`) ?? {};
			return items ? chosen(files, items) : files;
		}),
	);
}

function chosen(
	files: Files,
	items: readonly { readonly key: string; readonly path: string }[],
): Files {
	return Object.fromEntries(
		items.flatMap(({ key, path }) => {
			const text = files[key];
			return text === undefined ? [] : [[path, text]];
		}),
	);
}

function claimOf(
	mount: string,
	volume: Volume | undefined,
	resource: Resource,
	pod: Pod,
): string | undefined {
	const template = pod.claimTemplates.some(
		({ metadata }) => metadata?.name === mount,
	);
	const name = template
		? `${mount}-${resource.name}`
		: volume?.persistentVolumeClaim?.claimName;
	return name && `${pod.namespace}/${name}`;
}

const below = (folder: string, files: Files): Files =>
	Object.fromEntries(
		Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]),
	);

const merged = (all: readonly Files[]): Files => Object.assign({}, ...all);
