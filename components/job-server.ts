import * as pulumi from "@pulumi/pulumi";
import {
	type Attachment,
	CONFIG_ROOT,
	type Image,
	type Platform,
	type Server,
} from "./platform/platform.ts";

export interface JobServerArgs {
	readonly platform: Platform;
	/** Image with the estate's own services. */
	readonly image: Image;
	/** What it runs, as `jobs schedule` calls it. */
	readonly schedule: "promote" | "housekeeping";
	/** Contents of its configuration, which stands where `jobs schedule` looks for it. */
	readonly config: pulumi.Input<object>;
	/** Passwords and keys by file name below `CONFIG_ROOT`. Secret. */
	readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
	/** What comes from the checkout; a change of it alone replaces nothing. */
	readonly inbox: CheckoutFiles & { readonly path: string };
	readonly networks: readonly Attachment[];
	/** Arguments of Node. @default - none */
	readonly nodeArgs?: readonly string[];
}

/** Files as they stand in the checkout. */
export interface CheckoutFiles {
	/** Contents by name. */
	readonly files: Readonly<Record<string, string>>;
	/** The commit they are of. @default - it is not known */
	readonly commit?: string;
}

/** Where a job server notes what it did, and that it is alive. */
export const STATE_ROOT = "/state";

/** Where a schedule finds its configuration. */
const CONFIG_FILES = {
	promote: "promoter.json",
	housekeeping: "housekeeping.json",
} as const;

// Node with one copy under way; blobs are streamed, so this does not grow with the images.
const MEMORY_MIB = 256;

/** Starts a server that runs jobs on their schedules and when asked, with a store for what it notes. */
export function jobServer(
	name: string,
	args: JobServerArgs,
	parent: pulumi.Resource,
): Server {
	const { platform, schedule, inbox } = args;
	const configFile = CONFIG_FILES[schedule];
	const state = platform.storage(
		`${name}-state`,
		{ durability: "disposable" },
		{ parent },
	);
	return platform.schedule(
		`${name}-server`,
		{
			image: args.image,
			entrypoint: ["node"],
			args: [
				...(args.nodeArgs ?? []),
				"/app/jobs.mjs",
				"schedule",
				schedule,
				"--config",
				`${CONFIG_ROOT}/${configFile}`,
			],
			files: {
				[configFile]: pulumi.jsonStringify(args.config),
				...args.secrets,
			},
			reread: {
				path: inbox.path,
				files: {
					...inbox.files,
					// A file that was removed from git stays in the volume; this says which count.
					"files.json": JSON.stringify({
						files: Object.keys(inbox.files),
						...(inbox.commit && { commit: inbox.commit }),
					}),
				},
			},
			mounts: [{ storage: state, path: STATE_ROOT, readOnly: false }],
			networks: args.networks,
			health: ["sh", "-c", `find ${STATE_ROOT}/alive -mmin -2 | grep -q .`],
			memoryMiB: MEMORY_MIB,
			stopSeconds: 20,
		},
		{ parent },
	);
}
