import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { describeStack } from "../../toolchain/commands/prepare.ts";
import { setGeneration } from "../../toolchain/commands/rotate.ts";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import { ROOT } from "../../toolchain/stack.ts";

/** The stack that tests put up on the cluster, beside `k8s`; its configuration is a copy of that one's. */
export const STACK = "k8st";

const FOLDER = mkdtempSync(join(tmpdir(), "registry-tiers-k8st-"));
const FILE = join(FOLDER, `Pulumi.${STACK}.yaml`);
writeFileSync(FILE, readFileSync(join(ROOT, "Pulumi.k8s.yaml")));

/** Runs an npm script of the project on the stack. */
export function npm(
	script: string,
	...args: readonly string[]
): Promise<Captured> {
	return runCaptured(
		"npm",
		[
			...["run", "--silent", script, "--"],
			...["--stack", STACK, "--config-file", FILE, ...args],
		],
		{ cwd: ROOT },
	);
}

/** Brings the stack to what its configuration says. @returns what was printed */
export async function up(): Promise<string> {
	const { code, stdout, stderr } = await npm("up");
	if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
	return stdout;
}

/** The stack as its configuration says it is. */
export const estate = () =>
	describeStack({ stack: STACK, configFile: FILE, install: false }).estate;

/** Writes the generation of a signing key into the configuration. */
export function setKeyGeneration(key: string, generation: number): void {
	const document = parseDocument(readFileSync(FILE, "utf8"));
	setGeneration(document, "keys", key, generation);
	writeFileSync(FILE, document.toString({ lineWidth: 0 }));
}

/** Removes the copy of the configuration; the stack stays, for the next file of tests. */
export const dispose = () => rmSync(FOLDER, { recursive: true });
