import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { PreparedStack } from "./commands/prepare.ts";

/**
 * Runs the Pulumi CLI on the stack, on this terminal, and adds what to do to the errors that
 * Pulumi leaves the user alone with.
 *
 * @returns the CLI's exit code
 */
export async function runPulumi(
	{ location, pulumi, env }: Pick<PreparedStack, "location" | "pulumi" | "env">,
	args: readonly string[],
): Promise<number> {
	const interactive = process.stdin.isTTY && process.stdout.isTTY;
	const child = spawn(
		pulumi,
		[
			...args,
			"--stack",
			location.stack,
			...(interactive ? [] : ["--non-interactive"]),
		],
		{
			cwd: location.cwd,
			env: { ...process.env, ...env },
			// The display stays on the terminal; the errors of the CLI itself come by here.
			stdio: ["inherit", "inherit", "pipe"],
		},
	);
	let errors = "";
	child.stderr.on("data", (chunk: Buffer) => {
		process.stderr.write(chunk);
		errors += chunk;
	});
	// A first interrupt asks Pulumi to stop after the operation under way; it reaches the child too.
	const wait = () => {};
	process.on("SIGINT", wait);
	const forward = () => child.kill("SIGTERM");
	process.on("SIGTERM", forward);
	const code = await new Promise<number>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (status, signal) =>
			resolve(status ?? 128 + (signal ? constants.signals[signal] : 0)),
		);
	});
	process.off("SIGINT", wait);
	process.off("SIGTERM", forward);
	const hint = code === 0 ? undefined : hintFor(errors, location.stack);
	if (hint) console.error(`Fix: ${hint}`);
	return code;
}

/** What to do about an error of the CLI, where Pulumi's own message does not say. */
export function hintFor(errors: string, stack: string): string | undefined {
	if (errors.includes("is currently locked by")) {
		return `if no other run is under way, a dead one left its lock: npm run pulumi -- cancel --yes --stack ${stack}, then run this again; nothing is lost`;
	}
	if (errors.includes("incorrect passphrase")) {
		return `the stack '${stack}' was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE to that one, or unset it to use the generated one`;
	}
	return undefined;
}
