import type * as pulumi from "@pulumi/pulumi";
import type { Member, ServiceAccount } from "../../topology/estate.ts";
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

/** Where an image comes from: named by its digest, pulled by its exact version, or built from a folder. */
export type ImageSource =
	| { readonly kind: "given"; readonly reference: string }
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
	/** Its name in the program. */
	readonly id: string;
	/** Its name on the platform. */
	readonly name: pulumi.Output<string>;
}

export interface StorageArgs {
	/** Who uses it; both are in the same part of the estate. */
	readonly owner: Member;
	/** E.g. `50Gi`, where the platform sets storage aside. */
	readonly size: string;
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

/** A program of the estate, with the least rights it can run with. */
export interface ProgramArgs {
	readonly image: Image;
	readonly entrypoint: readonly string[];
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
	/** Hard limit, in MiB. */
	readonly memoryMiB: number;
	/** What it takes as a rule, in MiB, where a platform sets memory aside. */
	readonly reservedMiB: number;
	/** Time to finish requests after it was asked to stop. */
	readonly stopSeconds: number;
	/** Files that change without a replacement: the program reads them again by itself. */
	readonly reread?: {
		readonly path: string;
		readonly files: Readonly<Record<string, pulumi.Input<string>>>;
	};
}

/** A long-running program. */
export interface ServerArgs extends ProgramArgs {
	/** Who it is in the topology, which says whom it reaches. */
	readonly member: Member;
	readonly args: readonly string[];
	/** Ports it listens on for others. */
	readonly listens: readonly number[];
	/** Command that succeeds when the server can do its work. */
	readonly health: readonly string[];
	/** Signal that asks it to stop. @default - SIGTERM */
	readonly stopSignal?: string;
	/** Ports reachable from the machine itself, the same inside and outside. */
	readonly ports?: readonly number[];
	/** Names clients outside know it by. */
	readonly publicHosts?: readonly string[];
	/** Folder for `tls.crt` and `tls.key` of the public names, read at each handshake. @default - it has none */
	readonly certificate?: string;
	/** It keeps nothing, so that several of it may run at once. @default - one at a time */
	readonly stateless?: true;
	/** Equal servers, each with a store of its own, that are not to be away together. @default - it is alone */
	readonly replicaOf?: string;
	/** It asks the platform itself for something, e.g. the keys of its accounts. @default - it does not */
	readonly asksPlatform?: true;
	/**
	 * A text that has to be at a URL before it starts, within two minutes. For what is told to another
	 * server by `reread`; a platform that is quick with that does not look.
	 */
	readonly startsAfter?: {
		readonly url: string;
		readonly text: pulumi.Output<string>;
	};
}

/** One of several servers that use the same storage. */
export interface SideServer {
	readonly name: string;
	readonly args: ServerArgs;
	readonly dependsOn: readonly pulumi.Resource[];
}

/** Proof of who a job is at a registry. */
export type Credential =
	| { readonly kind: "password"; readonly password: pulumi.Output<string> }
	/** A token that the platform makes for one audience, and renews. */
	| {
			readonly kind: "token";
			readonly account: ServiceAccount;
			readonly audience: string;
	  };

/** What one job does, and when. */
export interface ScheduledRun {
	readonly name: string;
	/** Who it is in the topology, where it runs alone. */
	readonly member: Member;
	/** Cron expression with five fields. */
	readonly schedule: string;
	/** IANA name. */
	readonly timeZone: string;
	/** Arguments of one run. */
	readonly args: readonly string[];
	/** By file name below `CONFIG_ROOT`. */
	readonly credentials: Readonly<Record<string, Credential>>;
	/** A run that takes longer is stopped. */
	readonly deadlineSeconds: number;
}

/** Jobs with a timetable. A platform with a scheduler of its own starts each by itself. */
export interface ScheduleArgs extends ProgramArgs {
	readonly runs: readonly ScheduledRun[];
	/** Where there is none: the program that runs all of them when they are due, until it is stopped. */
	readonly loop: {
		readonly args: readonly string[];
		/** Command that succeeds while it goes on. */
		readonly health: readonly string[];
	};
}

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
	/** Address or name of the server that knows the estate's names. */
	readonly nameServer: string;
	/** Programs run as root without any of its powers, instead of as a user without a name. */
	readonly asRoot: boolean;
	image(name: string, source: ImageSource, placement: Placement): Image;
	network(name: string, args: NetworkArgs, placement: Placement): Network;
	storage(name: string, args: StorageArgs, placement: Placement): Storage;
	server(name: string, args: ServerArgs, placement: Placement): Server;
	/** Servers over one storage, which some platforms can only run on the same machine. */
	sideBySide(
		name: string,
		servers: readonly SideServer[],
		parent: pulumi.Resource,
	): void;
	schedule(name: string, args: ScheduleArgs, placement: Placement): Server;
}
