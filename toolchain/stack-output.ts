import { prepareCli } from "./commands/prepare.ts";
import { runCaptured, UserError } from "./process.ts";
import type { StackLocation } from "./stack.ts";

/**
 * An output of a stack that is text by name, secret or not.
 *
 * @throws {UserError} when the stack is not up
 */
export async function readStackOutput(
	location: StackLocation,
	name: "passwords" | "signingKeys" | "publicKeys",
): Promise<Readonly<Record<string, string>>> {
	const { pulumi, env } = await prepareCli(location, {});
	const { code, stdout, stderr } = await runCaptured(
		pulumi,
		[
			"stack",
			"output",
			name,
			"--show-secrets",
			"--json",
			"--stack",
			location.stack,
		],
		{ cwd: location.cwd, env },
	);
	if (code === 0) return JSON.parse(stdout);
	throw new UserError(
		`the stack '${location.stack}' has no ${name} yet: ${stderr.trim()}. Fix: npm run up`,
	);
}
