import { type ChildProcess, spawn } from "node:child_process";
import { on } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { GatePaths } from "../../../services/gate/gate-files.ts";
import { publicJwk } from "../../../topology/signing-key.ts";

/** A gate as a process of its own. */
export interface GateProcess {
	readonly gate: ChildProcess;
	/** The next line of its log with this message; those before it are passed over. */
	readonly until: (
		msg: string,
	) => Promise<Readonly<Record<string, unknown>> & { readonly port: number }>;
}

/** Starts a gate on any free port; it ends with the test. */
export function startGateProcess(paths: GatePaths): GateProcess {
	const gate = spawn(
		process.execPath,
		[
			"services/gate/main.ts",
			...["--config", paths.config],
			...["--keys", paths.keys],
			...["--accounts", paths.accounts],
			...["--port", "0"],
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	onTestFinished(() => {
		gate.kill("SIGKILL");
	});
	const said = on(createInterface({ input: gate.stdout }), "line", {
		close: ["close"],
	});
	return {
		gate,
		until: async (msg) => {
			for (;;) {
				const { value, done } = await said.next();
				if (done) throw new Error(`the gate never said '${msg}'`);
				const line = JSON.parse(value[0]);
				if (line.msg === msg) return line;
			}
		},
	};
}

const REGISTRIES = ["sandbox", "ci-tests", "ci-snapshots", "prod", "archive"];

const seedOf = (fill: number) => Buffer.alloc(32, fill).toString("base64");

/** Signing keys of the gate at home, all of them made of this byte. */
export function keysOf(fill: number) {
	const seed = seedOf(fill);
	return Object.fromEntries(REGISTRIES.map((name) => [name, { seed }]));
}

/** The id of those keys. */
export const kidOf = (fill: number) => publicJwk(seedOf(fill)).kid;

/** What the gate answers when it is asked for its key ids, once it signs with those keys. */
export function keyIdsOf(fill: number): string {
	const kid = kidOf(fill);
	return JSON.stringify(
		Object.fromEntries(REGISTRIES.map((name) => [name, kid])),
	);
}
