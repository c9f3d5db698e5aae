// Entry of every npm script: `node toolchain/run.mjs <module.ts> [arguments]`. It runs on any Node
// from 18 on, finds or gets the Node this project needs, and hands over to it.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./folders.mjs";
import { ensureNode } from "./node-runtime.mjs";

const [module, ...args] = process.argv.slice(2);
if (!module) {
	console.error("usage: node toolchain/run.mjs <module.ts> [arguments]");
	process.exit(2);
}

/** @type {string} */
let node;
try {
	node = await ensureNode();
} catch (error) {
	console.error(`error: ${error instanceof Error ? error.message : error}`);
	process.exit(1);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const child = spawn(node, [module, ...args], {
	cwd: root,
	stdio: "inherit",
	// Programs and provider plugins of Pulumi inherit it: compiled code is kept, which spares each `up` some
	// seconds of processor time. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
	env: {
		NODE_COMPILE_CACHE: join(cacheFolder(), "compiled"),
		...process.env,
	},
});
// A signal of the terminal reaches the child by itself; one sent to this process is passed on, so
// that the child can end what it started.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
	process.on(signal, () => child.kill(signal));
}
child.on("exit", (code, signal) => {
	process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
});
