import type Docker from "dockerode";
import type { ResourceType } from "../provider.ts";
import type { PropertyMap } from "../values.ts";
import { failed, ifFound, retried } from "./api-error.ts";
import { type Label, labelMap } from "./labels.ts";
import { removed } from "./removal.ts";

/** A volume as the program describes it: what `VolumeArgs` of @pulumi/docker has and the stand-in implements. */
export interface VolumeInputs {
	readonly name?: string;
	readonly driver?: string;
	readonly driverOpts?: Readonly<Record<string, string>>;
	readonly labels?: readonly Label[];
}

/** Volumes. As with the official provider, a volume that exists under the name already is taken over. */
export function volumeType(docker: Docker): ResourceType {
	const inspect = (name: string) =>
		retried(() => docker.getVolume(name).inspect());
	return {
		async create(inputs) {
			const { name, driver, driverOpts, labels }: VolumeInputs = inputs;
			try {
				const volume = await docker.createVolume({
					Name: name ?? "",
					...(driver && { Driver: driver }),
					...(driverOpts && { DriverOpts: { ...driverOpts } }),
					Labels: labelMap(labels),
				});
				// No removal if this fails: the volume, and its data, may be older than this call.
				return {
					id: volume.name,
					outputs: observed(inputs, await inspect(volume.name)),
				};
			} catch (error) {
				throw failed("unable to create volume", error);
			}
		},

		async read({ id }, inputs) {
			const volume = await ifFound(inspect(id));
			return volume && { id, outputs: observed(inputs, volume) };
		},

		// Nothing about a volume can change: every change is a replacement.
		update: async () => ({}),

		async delete({ id }, { signal }) {
			try {
				const volume = docker.getVolume(id);
				await removed(() => volume.remove({ force: true }), signal);
			} catch (error) {
				throw failed(`unable to remove volume "${id}"`, error);
			}
		},
	};
}

const observed = (
	inputs: PropertyMap,
	{ Name, Driver, Mountpoint }: Docker.VolumeInspectInfo,
): PropertyMap => ({
	...inputs,
	name: Name,
	driver: Driver,
	mountpoint: Mountpoint,
});
