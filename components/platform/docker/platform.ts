import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { NAME_LABEL, STACK_LABEL } from "../../../topology/labels.ts";
import { UnsupportedError } from "../../../topology/unsupported.ts";
import type {
	ImageSource,
	NetworkArgs,
	Placement,
	Platform,
	ScheduleArgs,
	StorageArgs,
} from "../platform.ts";
import { labelList } from "./container-defaults.ts";
import { type ContainerArgs, containerServer } from "./server.ts";

/** Runs the tiers as containers on one Docker Engine: the `dev` stack. */
export function dockerPlatform({
	stack,
}: {
	readonly stack: string;
}): Platform {
	return {
		// https://docs.docker.com/engine/network/#dns-services
		nameServer: "127.0.0.11",
		asRoot: true,
		image,
		network,
		storage,
		server: (name, args, placement) =>
			containerServer(stack, name, args, placement),
		sideBySide: (_name, servers, parent) => {
			for (const { name, args, dependsOn } of servers) {
				containerServer(stack, name, args, { parent, dependsOn });
			}
		},
		schedule: (name, args, placement) =>
			containerServer(stack, name, loopOf(args), placement),
	};

	function labels(name: string) {
		return labelList({ [STACK_LABEL]: stack, [NAME_LABEL]: name });
	}

	function image(name: string, source: ImageSource, { parent }: Placement) {
		if (source.kind === "given") {
			return { reference: pulumi.output(source.reference) };
		}
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
		return { id: name, name: physical };
	}
}

/** All runs in one container that is their scheduler. */
function loopOf({ runs, loop, ...program }: ScheduleArgs): ContainerArgs {
	const passwords = runs.flatMap(({ name, credentials }) =>
		Object.entries(credentials).map(([file, credential]) => {
			if (credential.kind === "password") return [file, credential.password];
			throw new UnsupportedError(
				name,
				"a token of the platform, because Docker makes none",
				"give the job an account with a password",
			);
		}),
	);
	return {
		...program,
		...loop,
		files: { ...program.files, ...Object.fromEntries(passwords) },
	};
}
