import { buildGoCommand } from "./go-build.ts";
import { findOnPath, runCaptured } from "./process.ts";
import versions from "./versions.json" with { type: "json" };

/** BuildKit's daemon and the command that speaks to it, as absolute paths. */
export interface Buildkit {
	readonly buildkitd: string;
	readonly buildctl: string;
}

/** Gets BuildKit, which Debian does not package. Its daemon needs `runc` on PATH. */
export async function ensureBuildkit(): Promise<Buildkit> {
	const { buildkit } = versions.clients;
	const build = (name: string, usually: string) =>
		buildGoCommand(
			{
				name,
				module: "github.com/moby/buildkit",
				version: `v${buildkit}`,
				package: `github.com/moby/buildkit/cmd/${name}`,
				usually,
			},
			`buildkit-${buildkit}`,
		);
	return {
		buildkitd: await build("buildkitd", "3 min"),
		buildctl: await build("buildctl", "30 s"),
	};
}

// The module's path has the major version from 2 on.
const CONTAINERD = {
	1: {
		version: versions.clients.containerd1,
		module: "github.com/containerd/containerd",
	},
	2: {
		version: versions.clients.containerd2,
		module: "github.com/containerd/containerd/v2",
	},
} as const;

/**
 * Gets a `containerd` of a major version: they read other keys of their configuration and pull in
 * other ways. A machine has one at best. Returns its absolute path.
 */
export function ensureContainerd(major: 1 | 2): Promise<string> {
	const { version, module } = CONTAINERD[major];
	return buildGoCommand(
		{
			name: "containerd",
			module,
			version: `v${version}`,
			package: `${module}/cmd/containerd`,
			ldflags: `-X ${module}/version.Version=v${version}`,
			usually: "2 min",
		},
		`containerd-${version}`,
	);
}

/**
 * Gets `cosign`, which signs images: the one on PATH if its major version is the pinned one's, whose
 * flags are used here, otherwise the pinned one. Returns its absolute path.
 */
export async function ensureCosign(): Promise<string> {
	const version = versions.clients.cosign;
	const module = "github.com/sigstore/cosign/v3";
	return (
		(await cosignOnPath()) ??
		buildGoCommand(
			{
				name: "cosign",
				module,
				version: `v${version}`,
				package: `${module}/cmd/cosign`,
				ldflags: `-X sigs.k8s.io/release-utils/version.gitVersion=v${version}`,
				usually: "2 min",
			},
			`cosign-${version}`,
		)
	);
}

async function cosignOnPath(): Promise<string | undefined> {
	const command = findOnPath("cosign");
	if (!command) return undefined;
	const { stdout } = await runCaptured(command, ["version"]);
	return /^GitVersion: +v3\./m.test(stdout) ? command : undefined;
}
