import { existsSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import type { CheckFailure } from "../check.ts";
import type { ResourceType } from "../provider.ts";
import { hasUnknown, isMap, type PropertyMap } from "../values.ts";
import { BUILDKIT, buildImage, CLASSIC_BUILDER } from "./build.ts";
import {
	type BuildContext,
	contextDigest,
	dockerfileInContext,
} from "./build-context.ts";
import { type LocalImages, repoDigest } from "./local-images.ts";

/** An image as the program describes it: what `ImageArgs` of @pulumi/docker has and the stand-in implements. */
export interface ImageInputs {
	readonly imageName: string;
	readonly skipPush?: boolean;
	readonly buildOnPreview?: boolean;
	readonly registry?: {
		readonly server?: string;
		readonly username?: string;
		readonly password?: string;
	};
	readonly build?: DockerBuild;
}

/** How the image is built. */
export interface DockerBuild {
	/** A folder, relative to the program's. @default "." */
	readonly context?: string;
	/** Relative to the program's folder too. @default - `Dockerfile` in the context */
	readonly dockerfile?: string;
	readonly args?: Readonly<Record<string, string>>;
	readonly target?: string;
	readonly platform?: string;
	readonly network?: string;
	/** `BuilderV1` or `BuilderBuildKit`. */
	readonly builderVersion?: string;
}

// Go's names of Node's processor architectures.
const ARCHITECTURES: Readonly<Record<string, string>> = {
	x64: "amd64",
	ia32: "386",
};

/**
 * Images built from a folder, and built again when something in that folder changes. They stay on the
 * engine when the resource goes, as the official provider leaves them.
 */
export function imageType(docker: Docker, images: LocalImages): ResourceType {
	return {
		comparedWith: "inputs",
		// Credentials change often and change nothing in the image.
		insignificant: ["registry.username", "registry.password"],
		recomputed: ["repoDigest"],

		async check(inputs, { log }) {
			const build = isMap(inputs.build) ? inputs.build : {};
			const { platform, context, dockerfile } = build as DockerBuild;
			if (platform === undefined)
				log(
					"info",
					`Building your image for ${hostPlatform()} architecture.\nTo ensure you are building for the correct platform, consider explicitly setting the \`platform\` field on ImageBuildOptions.`,
				);
			if (hasUnknown([context ?? null, dockerfile ?? null]))
				return {
					failures: [],
					additions: { build: { platform: hostPlatform() } },
				};
			const files = contextOf(build as DockerBuild);
			const failures = missingFiles(files);
			if (failures.length > 0) return { failures };
			return {
				failures,
				additions: {
					build: {
						context: files.folder,
						dockerfile: files.dockerfile,
						platform: hostPlatform(),
						contextDigest: await contextDigest(files),
					},
				},
			};
		},

		async create(inputs, { signal }) {
			const outputs = await build(inputs, signal);
			return {
				id: named(inputs).imageName,
				outputs: { ...inputs, ...outputs },
			};
		},

		// The official provider reads nothing and loses outputs in a refresh
		// (https://github.com/pulumi/pulumi-docker/issues/560). Here an image that is gone is built again.
		async read({ id, outputs }) {
			const image = await images.find(id);
			return (
				image && {
					id,
					outputs: { ...outputs, repoDigest: digestOf(id, image) },
				}
			);
		},

		async update(_resource, inputs, { signal }) {
			return build(inputs, signal);
		},

		delete: async () => {},
	};

	async function build(
		inputs: PropertyMap,
		signal: AbortSignal,
	): Promise<PropertyMap> {
		const { imageName, registry, build = {} } = named(inputs);
		const context = contextOf(build);
		await buildImage(
			docker,
			context,
			{
				name: imageName,
				builder:
					build.builderVersion === "BuilderV1" ? CLASSIC_BUILDER : BUILDKIT,
				args: build.args,
				target: build.target,
				platform: build.platform,
				network: build.network,
			},
			signal,
		);
		const image = await images.findOrPull(imageName, signal);
		return {
			imageName,
			baseImageName: imageName,
			registryServer: registry?.server ?? "",
			context: context.folder,
			dockerfile: dockerfileInContext(context) ?? context.dockerfile,
			platform: build.platform ?? hostPlatform(),
			repoDigest: digestOf(imageName, image),
		};
	}
}

// The schema's check has made sure of the required name.
const named = (inputs: PropertyMap) => inputs as PropertyMap & ImageInputs;

function contextOf({ context = ".", dockerfile }: DockerBuild): BuildContext {
	return {
		folder: context,
		dockerfile: dockerfile ?? join(context, "Dockerfile"),
	};
}

function missingFiles({ folder, dockerfile }: BuildContext): CheckFailure[] {
	if (!existsSync(folder))
		return [
			{
				property: "build.context",
				reason: `there is no folder "${folder}" in ${process.cwd()}`,
			},
		];
	if (existsSync(dockerfile)) return [];
	const inContext = join(folder, dockerfile);
	const hint = existsSync(inContext)
		? `; the path is relative to the program, try "${inContext}"`
		: "";
	return [
		{
			property: "build.dockerfile",
			reason: `there is no file "${dockerfile}" in ${process.cwd()}${hint}`,
		},
	];
}

/** An image that was only built has no digest in a registry; its id identifies it then. */
const digestOf = (name: string, image: Docker.ImageInspectInfo) =>
	repoDigest(name, image) || image.Id;

const hostPlatform = () =>
	`linux/${ARCHITECTURES[process.arch] ?? process.arch}`;
