import type { Estate } from "../estate.ts";
import { HOME } from "../names.ts";
import { UnsupportedError } from "../unsupported.ts";
import { buildkitDaemon } from "./buildkit.ts";
import type { ClientFile } from "./client-file.ts";
import {
	containerdPlugin,
	containerdTierHosts,
	containerdUpstreamHosts,
} from "./containerd.ts";
import { containersRegistries } from "./containers-image.ts";
import { dockerDaemon } from "./docker.ts";
import { pullSecrets } from "./pull-secret.ts";

/** How clients of one location use the estate. */
export interface ClientConfig {
	/** `home` or a region. */
	readonly location: string;
	readonly files: readonly ClientFile[];
	/** Why some client gets no file, each with its remedy. */
	readonly unsupported: readonly string[];
}

const RENDERINGS = [
	containerdPlugin,
	containerdTierHosts,
	containerdUpstreamHosts,
	dockerDaemon,
	containersRegistries,
	buildkitDaemon,
	pullSecrets,
] as const;

/** The configuration of every kind of client, location by location. Nothing in it is secret. */
export function clientConfig(estate: Estate): readonly ClientConfig[] {
	return [HOME, ...estate.regions].map((location) => {
		const results = RENDERINGS.map((render) =>
			outcome(() => render(estate, location)),
		);
		return {
			location,
			files: results.flatMap(({ files }) => files),
			unsupported: results.flatMap(({ refusal }) => refusal ?? []),
		};
	});
}

/** The texts alone: by location, then by path below `/etc`. What the stack exports. */
export function clientConfigFiles(
	estate: Estate,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
	return Object.fromEntries(
		clientConfig(estate).map(({ location, files }) => [
			location,
			Object.fromEntries(files.map(({ path, text }) => [path, text])),
		]),
	);
}

interface Outcome {
	readonly files: readonly ClientFile[];
	readonly refusal?: string;
}

function outcome(render: () => readonly ClientFile[]): Outcome {
	try {
		return { files: render() };
	} catch (error) {
		if (!(error instanceof UnsupportedError)) throw error;
		return { files: [], refusal: error.message };
	}
}
