import type Docker from "dockerode";
import type { ContainerInputs, Mount } from "./container-inputs.ts";
import { labelMap } from "./labels.ts";

/** The mounts of a container, by the way the engine takes them. */
export interface MountSettings {
	/** Paths that get a volume of their own. */
	readonly anonymous: Record<string, Record<string, never>>;
	/** `source:path:ro|rw`; the source is a volume's name or a path on the host. */
	readonly binds: string[];
	/** Containers whose volumes are taken over. */
	readonly volumesFrom: string[];
	readonly mounts: Docker.MountConfig;
}

/** The entries of `volumes` and `mounts`. */
export function mountSettings({
	volumes = [],
	mounts = [],
}: ContainerInputs): MountSettings {
	const placed = volumes.flatMap(
		({ containerPath, volumeName, hostPath, readOnly }) =>
			containerPath
				? [{ containerPath, source: hostPath || volumeName, readOnly }]
				: [],
	);
	return {
		anonymous: Object.fromEntries(
			placed
				.filter(({ source }) => !source)
				.map(({ containerPath }) => [containerPath, {}]),
		),
		binds: placed
			.filter(({ source }) => source)
			.map(
				({ containerPath, source, readOnly }) =>
					`${source}:${containerPath}:${readOnly ? "ro" : "rw"}`,
			),
		volumesFrom: volumes.flatMap(({ fromContainer }) => fromContainer || []),
		mounts: mounts.map(mount),
	};
}

function mount({
	type,
	target,
	source = "",
	readOnly = false,
	bindOptions,
	volumeOptions,
	tmpfsOptions,
}: Mount): Docker.MountSettings {
	const { driverName, driverOptions, labels, noCopy } = volumeOptions ?? {};
	return {
		Type: type as Docker.MountType,
		Target: target,
		Source: source,
		ReadOnly: readOnly,
		...(bindOptions?.propagation && {
			BindOptions: {
				Propagation: bindOptions.propagation as Docker.MountPropagation,
			},
		}),
		...(volumeOptions && {
			VolumeOptions: {
				NoCopy: noCopy ?? false,
				Labels: labelMap(labels),
				DriverConfig: { Name: driverName ?? "", Options: driverOptions ?? {} },
			},
		}),
		...(tmpfsOptions && {
			TmpfsOptions: {
				SizeBytes: tmpfsOptions.sizeBytes ?? 0,
				Mode: tmpfsOptions.mode ?? 0,
			},
		}),
	};
}
