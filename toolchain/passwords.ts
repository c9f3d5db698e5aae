import { prepareCli } from "./commands/prepare.ts";
import { runCaptured, UserError } from "./process.ts";
import type { StackLocation } from "./stack.ts";

/**
 * The password of each account of a stack, by the name of its secret.
 *
 * @throws {UserError} when the stack is not up
 */
export async function readPasswords(
	location: StackLocation,
): Promise<Readonly<Record<string, string>>> {
	const { pulumi, env } = await prepareCli(location, {});
	const { code, stdout, stderr } = await runCaptured(
		pulumi,
		[
			"stack",
			"output",
			"passwords",
			"--show-secrets",
			"--json",
			"--stack",
			location.stack,
		],
		{ cwd: location.cwd, env },
	);
	if (code === 0) return JSON.parse(stdout);
	throw new UserError(
		`the stack '${location.stack}' has no passwords yet: ${stderr.trim()}. Fix: npm run up`,
	);
}
