import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCaptured } from "../../../toolchain/process.ts";

/** A machine whose clients find the estate by its names. */
export interface ClientMachine {
	readonly run: typeof runCaptured;
	dispose(): void;
}

// The file of names is replaced for this process and its children alone.
const NAMED = 'mount --bind "$0" /etc/hosts && exec "$@"';

/**
 * This machine, with some names beside its own. Nothing of it is changed.
 *
 * @param hosts address by name
 */
export function clientMachine(
	hosts: Readonly<Record<string, string>>,
): ClientMachine {
	const folder = mkdtempSync(join(tmpdir(), "smoke-hosts-"));
	const file = join(folder, "hosts");
	const lines = Object.entries(hosts).map(
		([name, address]) => `${address} ${name}`,
	);
	writeFileSync(
		file,
		[readFileSync("/etc/hosts", "utf8"), ...lines, ""].join("\n"),
	);
	return {
		run: (command, args, options) =>
			runCaptured(
				"unshare",
				["--mount", "sh", "-c", NAMED, file, command, ...args],
				options,
			),
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};
}
