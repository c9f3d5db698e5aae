import { buildGoCommand } from "./go-build.ts";
import versions from "./versions.json" with { type: "json" };

/** Gets `crane`, which copies images between registries. Returns its absolute path. */
export function ensureCrane(): Promise<string> {
	const version = versions.peers.crane;
	const module = "github.com/google/go-containerregistry";
	return buildGoCommand(
		{
			name: "crane",
			module,
			version: `v${version}`,
			package: `${module}/cmd/crane`,
			ldflags: `-X ${module}/cmd/crane/cmd.Version=${version}`,
			usually: "1 min",
		},
		`crane-${version}`,
	);
}

/** Gets `regsync`, which keeps registries the same. Returns its absolute path. */
export function ensureRegsync(): Promise<string> {
	const version = versions.peers.regsync;
	const module = "github.com/regclient/regclient";
	return buildGoCommand(
		{
			name: "regsync",
			module,
			version: `v${version}`,
			package: `${module}/cmd/regsync`,
			usually: "1 min",
		},
		`regsync-${version}`,
	);
}
