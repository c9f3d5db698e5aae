import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "./folders.mjs";
import { findOnPath, runLogged, UserError } from "./process.ts";
import { step } from "./step.ts";

/** A command built from a Go module, once per version and machine. */
export interface GoCommand {
	/** Name of the executable. */
	readonly name: string;
	readonly module: string;
	/** Exact version with its `v`. */
	readonly version: string;
	/** Import path of the command. */
	readonly package: string;
	/** Linker flags besides `-s -w`. */
	readonly ldflags?: string;
	/** `old => new version` lines the module's own go.mod has but a dependent does not inherit. */
	readonly replace?: string;
	/** How long a cold build takes on two cores. */
	readonly usually: string;
}

/**
 * Builds the command into the cache and returns its path; a command that is there is not built
 * again. `folder` is relative to the cache and belongs to commands that must lie side by side.
 *
 * @throws {UserError} when there is no Go
 */
export async function buildGoCommand(
	command: GoCommand,
	folder: string,
): Promise<string> {
	const target = join(cacheFolder(), folder, command.name);
	if (existsSync(target)) return target;
	if (!findOnPath("go")) {
		throw new UserError(
			`${command.name} ${command.version} can neither be downloaded nor built: there is no Go on PATH. Fix: install Go 1.26 or newer (https://go.dev/doc/install)`,
		);
	}
	return step(
		`building ${command.name} ${command.version} from its Go module`,
		{ usually: command.usually },
		() => build(command, target),
	);
}

async function build(command: GoCommand, target: string): Promise<string> {
	mkdirSync(dirname(target), { recursive: true });
	const scratch = mkdtempSync(`${target}.`);
	const log = join(cacheFolder(), "log", `build-${command.name}.log`);
	try {
		writeFileSync(join(scratch, "go.mod"), goMod(command));
		// The blank import makes `go mod tidy` keep the module and complete its dependencies.
		writeFileSync(
			join(scratch, "tools.go"),
			`//go:build tools\n\npackage build\n\nimport _ "${command.package}"\n`,
		);
		const go = (...args: string[]) =>
			runLogged("go", args, log, {
				cwd: scratch,
				env: { CGO_ENABLED: "0", GOWORK: "off" },
			});
		await go("mod", "tidy");
		const output = join(scratch, command.name);
		const ldflags = `-s -w ${command.ldflags ?? ""}`.trim();
		await go(
			"build",
			"-trimpath",
			"-ldflags",
			ldflags,
			"-o",
			output,
			command.package,
		);
		// Renamed only when complete, so that an interrupted build is never taken for a command.
		renameSync(output, target);
		return target;
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

function goMod({ module, version, replace }: GoCommand): string {
	const lines = ["module build", "go 1.26", `require ${module} ${version}`];
	return `${[...lines, ...(replace ? [`replace ${replace}`] : [])].join("\n")}\n`;
}
