import type Docker from "dockerode";
import { apiMessage } from "./api-error.ts";
import { type BuildContext, contextArchive } from "./build-context.ts";
import { followed } from "./progress.ts";

/** The engine's two builders, by the number the API gives them. */
export type Builder = "1" | "2";
export const CLASSIC_BUILDER: Builder = "1";
export const BUILDKIT: Builder = "2";

/** One build. */
export interface BuildOptions {
	/** The image's name. @default - its tag is `latest` */
	readonly name: string;
	/** Further names for the same image. */
	readonly otherNames?: readonly string[];
	readonly builder: Builder;
	readonly args?: Readonly<Record<string, string>> | undefined;
	readonly labels?: Readonly<Record<string, string>> | undefined;
	/** Stage of the Dockerfile. @default - the last */
	readonly target?: string | undefined;
	readonly platform?: string | undefined;
	/** Network mode of RUN. */
	readonly network?: string | undefined;
	readonly noCache?: boolean | undefined;
	/** Pulls the base images even if they are present. */
	readonly pull?: boolean | undefined;
	/** Intermediate containers go after a successful build. @default true */
	readonly remove?: boolean | undefined;
	/** Intermediate containers go after a failed build too. */
	readonly forceRemove?: boolean | undefined;
}

/**
 * Builds an image with the engine's own builder.
 *
 * @throws with the builder's error and the last lines of its log
 */
export async function buildImage(
	docker: Docker,
	context: BuildContext,
	options: BuildOptions,
	signal: AbortSignal,
): Promise<void> {
	try {
		const { tar, dockerfile } = await contextArchive(context);
		const answer = await docker.buildImage(tar, {
			t: options.name,
			dockerfile,
			version: options.builder,
			abortSignal: signal,
			...queryOf(options),
		});
		await followed(answer);
		for (const name of options.otherNames ?? [])
			await docker.getImage(options.name).tag(splitTag(name));
	} catch (error) {
		throw new Error(
			`unable to build image ${options.name} from ${context.dockerfile}: ${apiMessage(error)}`,
			{ cause: error },
		);
	}
}

function queryOf(options: BuildOptions): Docker.ImageBuildOptions {
	const { args, labels, target, platform, network } = options;
	return {
		...(args && { buildargs: { ...args } }),
		...(labels && { labels: { ...labels } }),
		...(target && { target }),
		...(platform && { platform }),
		...(network && { networkmode: network }),
		...(options.noCache && { nocache: true }),
		...(options.pull && { pull: true }),
		rm: options.remove ?? true,
		...(options.forceRemove && { forcerm: true }),
	};
}

/** A name as the tagging call takes it. A colon before the last slash belongs to a port. */
function splitTag(name: string): { repo: string; tag?: string } {
	const [, repo = name, tag] = /^(.*):([^/]*)$/.exec(name) ?? [];
	return tag === undefined ? { repo } : { repo, tag };
}
