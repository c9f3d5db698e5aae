import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { downloadArchive, UnavailableError } from "./download.mjs";
import { cacheFolder } from "./folders.mjs";
import { buildGoCommand } from "./go-build.ts";
import { findOnPath, runCaptured } from "./process.ts";
import { say, step } from "./step.ts";
import versions from "./versions.json" with { type: "json" };

/** A Pulumi CLI with its Node language host beside it. */
export interface PulumiCli {
	readonly command: string;
	readonly source: "path" | "download" | "built";
}

// Older CLIs lack flags this project uses; newer ones of the same major version do not break them.
const LOWEST_MINOR = 220;

/**
 * Finds or gets a Pulumi CLI: the one on PATH, else the pinned version from the official download,
 * else the same version built from its Go modules. What was got stays in the cache.
 */
export async function ensurePulumi(): Promise<PulumiCli> {
	const onPath = await fromPath();
	if (onPath) return onPath;
	const downloaded = join(cacheFolder(), `pulumi-${versions.pulumi.cli}`);
	const built = `${downloaded}-built`;
	for (const [folder, source] of [
		[downloaded, "download"],
		[built, "built"],
	] as const) {
		const command = join(folder, "pulumi");
		// The language host is built last: with it, the folder is complete.
		if (existsSync(command) && existsSync(join(folder, LANGUAGE_HOST))) {
			return { command, source };
		}
	}
	try {
		await download(downloaded);
		return { command: join(downloaded, "pulumi"), source: "download" };
	} catch (error) {
		if (!(error instanceof UnavailableError)) throw error;
		say(`no official Pulumi CLI: ${error.message}`);
	}
	return { command: await build(built), source: "built" };
}

async function fromPath(): Promise<PulumiCli | undefined> {
	const command = findOnPath("pulumi");
	if (!command) return undefined;
	const { stdout } = await runCaptured(command, ["version"], {
		env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
	});
	if (isSupported(stdout.trim())) return { command, source: "path" };
	say(
		`${command} is ${stdout.trim() || "not a Pulumi CLI"}, and this project needs 3.${LOWEST_MINOR} or newer: using ${versions.pulumi.cli} instead`,
	);
	return undefined;
}

/** Whether a CLI of this version runs the project, e.g. `v3.259.0`. */
export function isSupported(version: string): boolean {
	const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
	return major === "3" && Number(minor) >= LOWEST_MINOR;
}

function download(folder: string): Promise<void> {
	const { cli } = versions.pulumi;
	const os = process.platform;
	const arch = process.arch;
	const site = `https://github.com/pulumi/pulumi/releases/download/v${cli}`;
	return step(`downloading the Pulumi CLI ${cli}`, { usually: "20 s" }, () =>
		downloadArchive({
			url: `${site}/pulumi-v${cli}-${os}-${arch}.tar.gz`,
			checksums: `${site}/pulumi-${cli}-checksums.txt`,
			folder,
			stripComponents: 1,
		}),
	);
}

const LANGUAGE_HOST = "pulumi-language-nodejs";

async function build(folder: string): Promise<string> {
	const { cli, languageHostModule, clipboardReplacement } = versions.pulumi;
	const name = folder.slice(dirname(folder).length + 1);
	const ldflags = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${cli}`;
	const command = await buildGoCommand(
		{
			name: "pulumi",
			module: "github.com/pulumi/pulumi/pkg/v3",
			version: `v${cli}`,
			package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
			ldflags,
			// As in the module's own go.mod, which a dependent does not inherit.
			replace: `github.com/atotto/clipboard => github.com/tgummerer/clipboard ${clipboardReplacement}`,
			usually: "9 min",
		},
		name,
	);
	// Later versions of the host are in a module that proxies do not serve; this one speaks to
	// newer engines. Beside the CLI it is found without a warning.
	await buildGoCommand(
		{
			name: LANGUAGE_HOST,
			module: "github.com/pulumi/pulumi/sdk/v3",
			version: `v${languageHostModule}`,
			package: `github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/${LANGUAGE_HOST}`,
			ldflags,
			usually: "80 s",
		},
		name,
	);
	return command;
}
