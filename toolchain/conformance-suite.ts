import { buildGoCommand } from "./go-build.ts";
import versions from "./versions.json" with { type: "json" };

const MODULE = "github.com/opencontainers/distribution-spec/conformance";

/** Version of the suite, as its reports name it. The module has no releases, only commits. */
export const CONFORMANCE_VERSION = `v${versions.conformance}`;

/**
 * The conformance tests of the OCI distribution specification as a static executable, built into the
 * cache where it is not there yet.
 *
 * @returns its path
 * @throws {UserError} when there is no Go
 */
export function ensureConformanceSuite(): Promise<string> {
	return buildGoCommand(
		{
			name: "conformance",
			module: MODULE,
			version: CONFORMANCE_VERSION,
			package: MODULE,
			ldflags: `-X main.Version=${CONFORMANCE_VERSION}`,
			usually: "15 s",
		},
		`conformance-${versions.conformance}`,
	);
}
