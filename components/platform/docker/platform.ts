import * as docker from "@pulumi/docker";
import { NAME_LABEL, STACK_LABEL } from "../../../topology/labels.ts";
import type {
	ImageSource,
	NetworkArgs,
	Placement,
	Platform,
	StorageArgs,
} from "../platform.ts";
import { labelList } from "./container-defaults.ts";
import { containerServer } from "./server.ts";

/** Runs the tiers as containers on one Docker Engine: the `dev` stack. */
export function dockerPlatform({
	stack,
}: {
	readonly stack: string;
}): Platform {
	return {
		kind: "docker",
		image,
		network,
		storage,
		server: (name, args, placement) =>
			containerServer(stack, name, args, placement),
		schedule: (name, args, placement) =>
			containerServer(stack, name, args, placement),
	};

	function labels(name: string) {
		return labelList({ [STACK_LABEL]: stack, [NAME_LABEL]: name });
	}

	function image(name: string, source: ImageSource, { parent }: Placement) {
		// Not docker.Image: the real plugin forgets its outputs at a refresh and builds again
		// (https://github.com/pulumi/pulumi-docker/issues/560).
		const remote = new docker.RemoteImage(
			name,
			source.kind === "pulled"
				? { name: source.name, keepLocally: true }
				: {
						name: source.name,
						keepLocally: false,
						build: { context: source.context },
					},
			{ parent },
		);
		return { reference: remote.imageId };
	}

	function network(
		name: string,
		{ published, subnet }: NetworkArgs,
		{ parent }: Placement,
	) {
		const { name: physical } = new docker.Network(
			name,
			{
				driver: "bridge",
				internal: !published,
				labels: labels(name),
				...(subnet && { ipamConfigs: [{ subnet }] }),
			},
			{ parent },
		);
		return { name: physical };
	}

	function storage(
		name: string,
		{ durability }: StorageArgs,
		{ parent }: Placement,
	) {
		const kept = durability === "kept";
		const { name: physical } = new docker.Volume(
			name,
			{ labels: labels(name) },
			{ parent, protect: kept, retainOnDelete: kept },
		);
		return { name: physical };
	}
}
