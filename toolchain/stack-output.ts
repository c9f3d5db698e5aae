import { runCaptured, UserError } from "./process.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import { ensureStack, type StackLocation } from "./stack.ts";

/**
 * An output of a stack that is text by name, secret or not.
 *
 * @throws {UserError} when the stack is not up
 */
export async function readStackOutput(
	location: StackLocation,
	name: "passwords" | "signingKeys" | "publicKeys",
): Promise<Readonly<Record<string, string>>> {
	// Nothing is planned, so no plugin is looked for.
	const { command } = await ensurePulumi();
	await ensureStack(command, location, location.env);
	const { code, stdout, stderr } = await runCaptured(
		command,
		[
			"stack",
			"output",
			name,
			"--show-secrets",
			"--json",
			"--stack",
			location.stack,
		],
		{ cwd: location.cwd, env: location.env },
	);
	if (code === 0) return JSON.parse(stdout);
	throw new UserError(
		`the stack '${location.stack}' has no ${name} yet: ${stderr.trim()}. Fix: npm run up`,
	);
}
