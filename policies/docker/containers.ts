import type { Resource } from "../resource.ts";

/** What the rules look at of a container on a Docker Engine. */
export interface DockerContainer {
	readonly name?: string;
	readonly image?: string;
	readonly entrypoints?: readonly string[];
	readonly command?: readonly string[];
	readonly envs?: readonly string[];
	readonly labels?: readonly {
		readonly label: string;
		readonly value: string;
	}[];
	readonly ports?: readonly {
		readonly ip?: string;
		readonly external?: number;
	}[];
	readonly publishAllPorts?: boolean;
	readonly networkMode?: string;
	readonly networksAdvanced?: readonly { readonly name: string }[];
	readonly privileged?: boolean;
	readonly capabilities?: {
		readonly adds?: readonly string[];
		readonly drops?: readonly string[];
	};
	readonly securityOpts?: readonly string[];
	readonly readOnly?: boolean;
	readonly pidMode?: string;
	readonly ipcMode?: string;
	readonly memory?: number;
	readonly restart?: string;
	readonly healthcheck?: { readonly tests?: readonly string[] };
	readonly start?: boolean;
	readonly mustRun?: boolean;
	readonly volumes?: readonly DockerVolumeMount[];
	readonly mounts?: readonly {
		readonly type?: string;
		readonly source?: string;
	}[];
	readonly uploads?: readonly {
		readonly file: string;
		readonly content?: string;
		readonly permissions?: string;
	}[];
}

export interface DockerVolumeMount {
	readonly volumeName?: string;
	readonly hostPath?: string;
	readonly containerPath?: string;
	readonly readOnly?: boolean;
}

const TYPE = "docker:index/container:Container";

/** A container's properties; undefined for any other resource. */
export function containerOf({
	type,
	props,
}: Resource): DockerContainer | undefined {
	return type === TYPE ? (props as DockerContainer) : undefined;
}

/** Whether a container is only made, to carry files into a volume, and never started. */
export function neverRuns({ start, mustRun }: DockerContainer): boolean {
	return start === false && mustRun === false;
}
