import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../folders.mjs";
import { runLogged } from "../process.ts";

/** A static program made of one Go file of this folder. */
export interface OwnProgram {
	readonly source: string;
	/** First digits of the source's hash: another source is another program. */
	readonly version: string;
	/** Absolute path of the executable, whether it is built already or not. */
	readonly path: string;
}

/** Process 1 of pods, and of the node. */
export const PAUSE = ownProgram("pause");

/** CNI plugin that holds a pod back until its policies are in force. */
export const AWAIT_POLICIES = ownProgram("await-policies");

/** Sees to the programs; each takes a second. */
export async function ensureOwnPrograms(): Promise<void> {
	for (const program of [PAUSE, AWAIT_POLICIES]) await build(program);
}

function ownProgram(name: string): OwnProgram {
	const source = fileURLToPath(new URL(`go/${name}.go`, import.meta.url));
	const hash = createHash("sha256").update(readFileSync(source)).digest("hex");
	const version = hash.slice(0, 12);
	return {
		source,
		version,
		path: join(cacheFolder(), `cluster-${name}-${version}`, name),
	};
}

async function build({ source, path }: OwnProgram): Promise<void> {
	if (existsSync(path)) return;
	mkdirSync(dirname(path), { recursive: true });
	const unfinished = `${path}.${process.pid}`;
	await runLogged(
		"go",
		["build", "-trimpath", "-ldflags", "-s -w", "-o", unfinished, source],
		join(cacheFolder(), "log", "build-cluster-program.log"),
		{ env: { CGO_ENABLED: "0", GOWORK: "off" } },
	);
	renameSync(unfinished, path);
}
