import { buildGoCommand } from "./go-build.ts";
import versions from "./versions.json" with { type: "json" };

/** Gets `actionlint`, which knows what GitHub takes for a workflow. Returns its absolute path. */
export function ensureActionlint(): Promise<string> {
	const version = versions.actionlint;
	const module = "github.com/rhysd/actionlint";
	return buildGoCommand(
		{
			name: "actionlint",
			module,
			version: `v${version}`,
			package: `${module}/cmd/actionlint`,
			usually: "30 s",
		},
		`actionlint-${version}`,
	);
}
