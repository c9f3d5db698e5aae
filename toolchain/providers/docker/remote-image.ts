import { join } from "node:path";
import type Docker from "dockerode";
import type { Resource, ResourceType } from "../provider.ts";
import type { PropertyMap } from "../values.ts";
import { failed } from "./api-error.ts";
import { BUILDKIT, buildImage, CLASSIC_BUILDER } from "./build.ts";
import { type LocalImages, repoDigest } from "./local-images.ts";
import { removed } from "./removal.ts";

/** An image as the program describes it: what `RemoteImageArgs` of @pulumi/docker has and the stand-in implements. */
export interface RemoteImageInputs {
	readonly name: string;
	readonly platform?: string;
	readonly keepLocally?: boolean;
	readonly forceRemove?: boolean;
	/** A change of one means a new image. */
	readonly triggers?: Readonly<Record<string, string>>;
	readonly pullTriggers?: readonly string[];
	readonly build?: RemoteImageBuild;
}

/** How the image is built. */
export interface RemoteImageBuild {
	/** A folder, relative to the program's. */
	readonly context: string;
	/** Relative to the context. */
	readonly dockerfile?: string;
	readonly target?: string;
	readonly platform?: string;
	readonly buildArgs?: Readonly<Record<string, string>>;
	/** The older of two names; the newer one, `labels`, wins. */
	readonly label?: Readonly<Record<string, string>>;
	readonly labels?: Readonly<Record<string, string>>;
	/** Further names. */
	readonly tags?: readonly string[];
	readonly networkMode?: string;
	readonly noCache?: boolean;
	readonly pullParent?: boolean;
	readonly remove?: boolean;
	readonly forceRemove?: boolean;
	/** The classic builder in place of BuildKit. */
	readonly useLegacyBuilder?: boolean;
}

const DEFAULT_DOCKERFILE = "Dockerfile";

/** Images by name: found on the engine, else pulled; or built from a folder. */
export function remoteImageType(
	docker: Docker,
	images: LocalImages,
): ResourceType {
	return {
		async check({ build, pullTriggers }) {
			const conflict = build !== undefined && pullTriggers !== undefined;
			const reason =
				'"build" and "pullTriggers" exclude each other: use "triggers" to build again';
			return { failures: conflict ? [{ property: "build", reason }] : [] };
		},

		async create(inputs, { signal }) {
			const { name, platform, build }: RemoteImageInputs = named(inputs);
			if (build !== undefined) await buildFrom(build, name, signal);
			const image = await images.findOrPull(name, signal, platform);
			return resource(inputs, image);
		},

		async read(_resource, inputs) {
			const image = await images.find(named(inputs).name);
			return image && resource(inputs, image);
		},

		// What can change in place only matters when the image is removed.
		update: async () => ({}),

		async delete({ outputs }, { signal }) {
			const { name, imageId, keepLocally, forceRemove } = outputs;
			if (keepLocally === true) return;
			// A replacement under the same name exists already when the old image goes: its name is the new
			// one's now. The official provider would take the new image's name away here.
			const current = await images.find(String(name));
			const target = current?.Id === imageId ? name : imageId;
			try {
				const image = docker.getImage(String(target));
				const force = forceRemove === true;
				await removed(() => image.remove({ force }), signal);
			} catch (error) {
				throw failed(`unable to remove image ${name}`, error);
			}
		},
	};

	function buildFrom(
		build: RemoteImageBuild,
		name: string,
		signal: AbortSignal,
	) {
		const { context, dockerfile = DEFAULT_DOCKERFILE, tags = [] } = build;
		return buildImage(
			docker,
			{ folder: context, dockerfile: join(context, dockerfile) },
			{
				name,
				otherNames: tags,
				builder: build.useLegacyBuilder ? CLASSIC_BUILDER : BUILDKIT,
				args: build.buildArgs,
				labels: { ...build.label, ...build.labels },
				target: build.target,
				platform: build.platform,
				network: build.networkMode,
				noCache: build.noCache,
				pull: build.pullParent,
				remove: build.remove,
				forceRemove: build.forceRemove,
			},
			signal,
		);
	}
}

/** The official provider's id: the image's id and name in one. */
function resource(
	inputs: PropertyMap,
	image: Docker.ImageInspectInfo,
): Resource {
	const { name } = named(inputs);
	return {
		id: `${image.Id}${name}`,
		outputs: {
			...inputs,
			imageId: image.Id,
			repoDigest: repoDigest(name, image),
		},
	};
}

const named = (inputs: PropertyMap) => inputs as unknown as RemoteImageInputs;
