import type * as pulumi from "@pulumi/pulumi";
import type { Durability } from "../../topology/tier-kinds.ts";

/** Every call creates its resources under `parent` and derives their names from `name`. */
export interface Placement {
	readonly parent: pulumi.Resource;
	/** What must have come up, or changed, before. @default - what the arguments come from */
	readonly dependsOn?: readonly pulumi.Resource[];
}

/** An image that servers can start from, held by content: a changed image replaces its servers. */
export interface Image {
	/** Id or digest, never a tag. */
	readonly reference: pulumi.Output<string>;
}

/** Where an image comes from: pulled by its exact version, or built from a folder. */
export type ImageSource =
	| { readonly kind: "pulled"; readonly name: string }
	| {
			readonly kind: "built";
			/** Repository and tag; the tag changes with the contents. */
			readonly name: string;
			/** Folder with the Dockerfile, relative to the Pulumi program. */
			readonly context: string;
	  };

/** Servers on the same network reach each other by their aliases; nobody else does. */
export interface Network {
	readonly name: pulumi.Output<string>;
}

export interface NetworkArgs {
	/** Ports of its servers can be reached from outside the estate, and its servers reach out. */
	readonly published: boolean;
	/** Its addresses. @default - the platform chooses */
	readonly subnet?: string;
}

/** Where a tier keeps its blobs, or a job its state. */
export interface Storage {
	readonly name: pulumi.Output<string>;
}

export interface StorageArgs {
	/** `kept` storage is protected and survives the removal of its resource. */
	readonly durability: Durability;
}

/** A place of a server's file system where storage appears. */
export interface Mount {
	readonly storage: Storage;
	readonly path: string;
	readonly readOnly: boolean;
}

/** A network a server is on, and the names it has there. */
export interface Attachment {
	readonly network: Network;
	readonly aliases: readonly string[];
}

/** A long-running program of the estate, with the least rights it can run with. */
export interface ServerArgs {
	readonly image: Image;
	readonly entrypoint: readonly string[];
	readonly args: readonly string[];
	/** Environment; nothing secret, it is readable by whoever can look at the server. */
	readonly env?: Readonly<Record<string, string>>;
	/**
	 * Files below `CONFIG_ROOT` by relative path, readable by the server alone. Secrets go here and
	 * nowhere else. New contents replace the server.
	 */
	readonly files: Readonly<Record<string, pulumi.Input<string>>>;
	/** Like `files`, for programs the server runs. */
	readonly scripts?: Readonly<Record<string, pulumi.Input<string>>>;
	readonly mounts?: readonly Mount[];
	readonly networks: readonly Attachment[];
	/** Command that succeeds when the server can do its work. */
	readonly health: readonly string[];
	/** Hard limit, in MiB. */
	readonly memoryMiB: number;
	/** Time to finish requests after it was asked to stop. */
	readonly stopSeconds: number;
	/** Signal that asks it to stop. @default - SIGTERM */
	readonly stopSignal?: string;
	/** Ports reachable from the machine itself, the same inside and outside. */
	readonly ports?: readonly number[];
	/** Files that change without a replacement: the program reads them again by itself. */
	readonly reread?: {
		readonly path: string;
		readonly files: Readonly<Record<string, pulumi.Input<string>>>;
	};
}

/** A program that runs by a timetable of its own until it is stopped. */
export type ScheduleArgs = Omit<ServerArgs, "ports">;

export interface Server {
	/** How people and tools address it on its platform, e.g. a container name. */
	readonly name: pulumi.Output<string>;
	/** For what must not start before it. */
	readonly resource: pulumi.Resource;
}

/** Folder the files of a server are mounted at, read-only. */
export const CONFIG_ROOT = "/config";

/** The few things a tier needs from the place it runs. One implementation per platform. */
export interface Platform {
	readonly kind: "docker";
	image(name: string, source: ImageSource, placement: Placement): Image;
	network(name: string, args: NetworkArgs, placement: Placement): Network;
	storage(name: string, args: StorageArgs, placement: Placement): Storage;
	server(name: string, args: ServerArgs, placement: Placement): Server;
	schedule(name: string, args: ScheduleArgs, placement: Placement): Server;
}
