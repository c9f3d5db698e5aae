import { join } from "node:path";
import { cacheFolder } from "./folders.mjs";
import { findOnPath, runLogged, UserError } from "./process.ts";
import { step } from "./step.ts";

/**
 * Sees to programs on PATH; missing ones are installed where Debian packages can be.
 *
 * @param packages Debian package by program, e.g. `{ skopeo: "skopeo" }`; a program that is not on PATH
 * by its absolute path
 * @throws {UserError} where one is missing and cannot be installed
 */
export async function ensurePrograms(
	packages: Readonly<Record<string, string>>,
): Promise<void> {
	const names = Object.entries(packages)
		.filter(([program]) => !findOnPath(program))
		.map(([, name]) => name);
	const missing = [...new Set(names)];
	if (missing.length === 0) return;
	if (process.getuid?.() !== 0 || !findOnPath("apt-get")) {
		throw new UserError(
			`programs are missing. Fix: install ${missing.join(" and ")} with your package manager`,
		);
	}
	const log = join(cacheFolder(), "log", "install-clients.log");
	const env = { DEBIAN_FRONTEND: "noninteractive" };
	await step(
		`installing ${missing.join(" ")}`,
		{ usually: "20 s" },
		async () => {
			await runLogged("apt-get", ["update"], log, { env });
			await runLogged(
				"apt-get",
				["install", "-y", "--no-install-recommends", ...missing],
				log,
				{ env },
			);
		},
	);
}
