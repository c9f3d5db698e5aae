import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { PreparedStack } from "./commands/prepare.ts";
import type { DockerEngine } from "./docker-engine.ts";

/** A CLI with the stack it works on, and the engine where that work needs one. */
export type PulumiOnStack = Pick<PreparedStack, "location" | "pulumi" | "env"> &
	Partial<Pick<PreparedStack, "engine">>;

/**
 * Runs the Pulumi CLI on the stack, on this terminal, and adds what to do to the errors that
 * Pulumi leaves the user alone with.
 *
 * @returns the CLI's exit code
 */
export async function runPulumi(
	{ location, pulumi, env, engine }: PulumiOnStack,
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
	if (code === 0) return code;
	const hint = hintFor(errors, location.stack) ?? (await engineHint(engine));
	if (hint) console.error(`Fix: ${hint}`);
	return code;
}

// Providers report a lost engine resource by resource, in words of their own.
async function engineHint(engine?: DockerEngine): Promise<string | undefined> {
	if (!engine) return undefined;
	const answers = await engine.client.ping().then(
		() => true,
		() => false,
	);
	return answers
		? undefined
		: "the Docker Engine stopped answering: start it, then run this again; it goes on where it stopped";
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
