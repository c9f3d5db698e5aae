import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { NAME_LABEL, STACK_LABEL } from "../../../topology/labels.ts";
import type { Image, Placement, ServerArgs } from "../platform.ts";
import { hardened, labelList } from "./container-defaults.ts";

/** Files in a volume, put there by a container that never runs. */
export interface FileVolume {
	readonly volume: pulumi.Output<string>;
	/** Changes whenever the contents do. */
	readonly version: pulumi.Output<string>;
}

/**
 * Writes files into a volume of their own.
 *
 * The real plugin cannot upload into a container with a read-only root, so a second container
 * carries the uploads: it is created, never started, and replaced when a file changes. The contents
 * stay out of `docker inspect`, and are secret in the state when they are secret in the program.
 */
export function fileVolume(
	name: string,
	{ files, scripts = {} }: Pick<ServerArgs, "files" | "scripts">,
	image: Image,
	stack: string,
	{ parent, dependsOn = [] }: Placement,
): FileVolume {
	const labels = labelList({ [STACK_LABEL]: stack, [NAME_LABEL]: name });
	const volume = new docker.Volume(name, { labels }, { parent });
	const writer = new docker.Container(
		`${name}-writer`,
		{
			...hardened(),
			// The writer must not have a read-only root: see above. It never runs.
			readOnly: false,
			image: image.reference,
			// A container needs some command to be created; this one is never executed.
			command: ["true"],
			start: false,
			mustRun: false,
			networkMode: "none",
			restart: "no",
			labels,
			volumes: [{ volumeName: volume.name, containerPath: MOUNT }],
			uploads: [...uploads(files, "0400"), ...uploads(scripts, "0500")],
		},
		// A change of files takes the server away until it has the new ones: not before its turn.
		{ parent, dependsOn: [...dependsOn] },
	);
	return { volume: volume.name, version: writer.id };
}

const MOUNT = "/files";

const uploads = (
	files: Readonly<Record<string, pulumi.Input<string>>>,
	permissions: string,
) =>
	Object.entries(files).map(([file, content]) => ({
		file: `${MOUNT}/${file}`,
		content,
		permissions,
	}));
