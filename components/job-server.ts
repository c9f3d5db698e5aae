import * as pulumi from "@pulumi/pulumi";
import type { Member } from "../topology/estate.ts";
import { SERVER_MEMORY } from "../topology/server-memory.ts";
import { JOB_STORAGE } from "../topology/storage-size.ts";
import {
	type Attachment,
	CONFIG_ROOT,
	type Image,
	type Platform,
	type ScheduledRun,
	type Server,
} from "./platform/platform.ts";

export interface JobServerArgs {
	readonly platform: Platform;
	/** Image with the estate's own services. */
	readonly image: Image;
	/** The part of the topology it is, where it runs all of its jobs itself. */
	readonly member: Member;
	/** What it runs, as `jobs schedule` calls it. */
	readonly schedule: "promote" | "housekeeping";
	/** Contents of its configuration, which stands where `jobs schedule` looks for it. */
	readonly config: pulumi.Input<object>;
	/** Keys by file name below `CONFIG_ROOT`. Secret. */
	readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
	/** Its jobs, in words of `jobs`: the first argument and what follows come from the name. */
	readonly runs: readonly JobRun[];
	/** What comes from the checkout; a change of it alone replaces nothing. */
	readonly inbox: CheckoutFiles & { readonly path: string };
	readonly networks: readonly Attachment[];
	/** Arguments of Node. @default - none */
	readonly nodeArgs?: readonly string[];
}

/** One job: a command of `jobs` with when and as whom it runs. */
export type JobRun = Omit<ScheduledRun, "args" | "deadlineSeconds">;

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

// A first mirroring of large images may take hours; what is stuck must end some day.
const DEADLINE_SECONDS = 6 * 3600;

/** Starts a server that runs jobs on their schedules and when asked, with a store for what it notes. */
export function jobServer(
	name: string,
	args: JobServerArgs,
	parent: pulumi.Resource,
): Server {
	const { platform, schedule, inbox } = args;
	const configFile = CONFIG_FILES[schedule];
	const command = (...words: readonly string[]) => [
		...(args.nodeArgs ?? []),
		"/app/jobs.mjs",
		...words,
		"--config",
		`${CONFIG_ROOT}/${configFile}`,
	];
	const state = platform.storage(
		`${name}-state`,
		{ durability: "disposable", owner: args.member, size: JOB_STORAGE },
		{ parent },
	);
	return platform.schedule(
		`${name}-server`,
		{
			image: args.image,
			entrypoint: ["node"],
			runs: args.runs.map((run) => ({
				...run,
				args: command(run.name, "run"),
				deadlineSeconds: DEADLINE_SECONDS,
			})),
			loop: {
				args: command("schedule", schedule),
				health: ["sh", "-c", `find ${STATE_ROOT}/alive -mmin -2 | grep -q .`],
			},
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
			...SERVER_MEMORY.job,
			stopSeconds: 20,
		},
		{ parent },
	);
}
