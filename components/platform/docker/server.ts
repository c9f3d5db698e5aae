import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { NAME_LABEL, STACK_LABEL } from "../../../topology/labels.ts";
import {
	CONFIG_ROOT,
	type Placement,
	type ProgramArgs,
	type Server,
	type ServerArgs,
} from "../platform.ts";
import {
	FILES_LABEL,
	hardened,
	labelList,
	UNWATCHED_LABEL,
} from "./container-defaults.ts";
import { fileVolume } from "./files.ts";
import { healthCheck } from "./health-check.ts";

const HEALTHY_WITHIN_SECONDS = 60;
const SCRATCH_MIB = 16;

/** What of a server a container has. */
export type ContainerArgs = ProgramArgs &
	Pick<ServerArgs, "args" | "health" | "stopSignal" | "ports">;

/** A container that is up when its health check says so. */
export function containerServer(
	stack: string,
	name: string,
	args: ContainerArgs,
	placement: Placement,
): Server {
	const labels = { [STACK_LABEL]: stack, [NAME_LABEL]: name };
	const files = fileVolume(
		`${name}-config`,
		args,
		args.image,
		stack,
		placement,
	);
	const reread =
		args.reread &&
		fileVolume(`${name}-inbox`, args.reread, args.image, stack, placement);
	const unwatched = {
		healthcheck: healthCheck(args.health),
		tmpfs: { "/tmp": `rw,noexec,nosuid,nodev,size=${SCRATCH_MIB}m` },
	};
	const container = new docker.Container(
		name,
		{
			...hardened(),
			image: args.image.reference,
			entrypoints: [...args.entrypoint],
			command: [...args.args],
			envs: Object.entries(args.env ?? {}).map(([k, v]) => `${k}=${v}`),
			labels: files.version.apply((version) =>
				labelList({
					...labels,
					[FILES_LABEL]: version.slice(0, 12),
					[UNWATCHED_LABEL]: hashOf(unwatched),
				}),
			),
			volumes: [
				readOnlyVolume(files.volume, CONFIG_ROOT),
				...(args.reread && reread
					? [readOnlyVolume(reread.volume, args.reread.path)]
					: []),
				...(args.mounts ?? []).map(({ storage, path, readOnly }) => ({
					volumeName: storage.name,
					containerPath: path,
					readOnly,
				})),
			],
			networksAdvanced: args.networks.map(({ network, aliases }) => ({
				name: network.name,
				aliases: [...aliases],
			})),
			// Sorted as the real plugin reads them back; another order would replace at every `up`.
			ports: (args.ports ?? [])
				.toSorted((a, b) => a - b)
				.map((port) => ({
					internal: port,
					external: port,
					ip: "127.0.0.1",
					protocol: "tcp",
				})),
			...unwatched,
			memory: args.memoryMiB,
			// Without it the real plugin reports a change at every second `up`.
			memorySwap: args.memoryMiB,
			restart: "unless-stopped",
			...(args.stopSignal && { stopSignal: args.stopSignal }),
			stopTimeout: args.stopSeconds,
			destroyGraceSeconds: args.stopSeconds,
			wait: true,
			waitTimeout: HEALTHY_WITHIN_SECONDS,
			logDriver: "json-file",
			logOpts: { "max-size": "10m", "max-file": "2" },
		},
		{ ...placement, dependsOn: [...(placement.dependsOn ?? [])] },
	);
	return { name: container.name, resource: container };
}

const readOnlyVolume = (
	volumeName: pulumi.Output<string>,
	containerPath: string,
) => ({ volumeName, containerPath, readOnly: true });

const hashOf = (value: unknown) =>
	createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
