import { join } from "node:path";
import { cacheFolder } from "./folders.mjs";
import { findOnPath, runLogged, UserError } from "./process.ts";
import { step } from "./step.ts";

/**
 * Sees to client programs that are Debian packages of the same name, such as skopeo.
 *
 * @throws {UserError} where one is missing and cannot be installed
 */
export async function ensureClients(names: readonly string[]): Promise<void> {
	const missing = names.filter((name) => !findOnPath(name));
	if (missing.length === 0) return;
	if (process.getuid?.() !== 0 || !findOnPath("apt-get")) {
		throw new UserError(
			`not on PATH: ${missing.join(", ")}. Fix: install ${missing.join(" and ")} with your package manager`,
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
