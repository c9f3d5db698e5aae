import type { Captured } from "../../toolchain/process.ts";
import type { Check } from "./checks.ts";

/** Every cell of the access table, tried by `npm run self-test`, which prints it. */
export function accessTable(selfTest: () => Promise<Captured>): Check {
	return {
		promise:
			"every principal may do at every tier what the table says, and nothing else",
		run: async () => {
			const { code, stdout, stderr } = await selfTest();
			if (code !== 0) throw new Error(`${stdout}\n${stderr}`.trim());
			console.log(stdout.trimEnd().replace(/^/gm, "      "));
		},
	};
}
