import { styleText } from "node:util";
import { UserError } from "../process.ts";
import type { Ended, Shell } from "./shell.ts";
import type { DemoStep } from "./step.ts";

/** Where the demo is shown. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

/**
 * Shows and runs the steps one after the other.
 *
 * @throws {UserError} at the first one that does not end as it must
 * @throws the reason of `stop`
 */
export async function runSteps(
	steps: readonly DemoStep[],
	shell: Shell,
	{ screen, stop }: { readonly screen: Screen; readonly stop: AbortSignal },
): Promise<void> {
	const write = (line: string) => screen.write(`${line}\n`);
	const paint = (style: "bold" | "cyan", text: string) =>
		screen.isTTY ? styleText(style, text, { validateStream: false }) : text;
	for (const step of steps) {
		for (const line of step.says) write(paint("bold", `# ${line}`));
		write(paint("cyan", typed(step.script)));
		const ended = await shell.run(
			step.script,
			(line) => {
				if (!LOG_LINE.test(line)) write(line);
			},
			stop,
		);
		stop.throwIfAborted();
		const problem = problemOf(step, ended);
		if (problem) throw new UserError(problem);
		write("");
	}
}

// Jobs write them for machines where no terminal is; whoever types these commands does not see them.
const LOG_LINE = /^\{"level":"info",/;

/** Why a step did not end as it must, if it did not. */
export function problemOf(
	{ script, refusedWith }: DemoStep,
	{ code, output }: Ended,
): string | undefined {
	const what = `the demo ends here, its output above; these lines ended with exit code ${code}`;
	const shown = script.replace(/^/gm, "  ");
	if (refusedWith === undefined) {
		return code === 0
			? undefined
			: `${what}, expected 0:\n${shown}\nFix: npm run status says whether the stack is well`;
	}
	if (code === 0) return `${what}, and must be refused:\n${shown}`;
	const missing = refusedWith.filter((words) => !output.includes(words));
	if (missing.length === 0) return undefined;
	return `${what} without saying '${missing.join("', '")}':\n${shown}`;
}

/** Lines as a person sees them after typing. Only the first has a prompt, so that the rest can be pasted. */
const typed = (script: string) => {
	const all: string[] = [];
	let inside: string | undefined;
	for (const line of script.split("\n")) {
		const continues = inside !== undefined || all.at(-1)?.match(/[|\\]$/);
		all.push(continues ? line : `$ ${line}`);
		if (inside !== undefined) inside = line === inside ? undefined : inside;
		else inside = /<<(\w+)$/.exec(line)?.[1];
	}
	return all.join("\n");
};

/** The steps as a shell script that somebody else may run. */
export function scriptOf(steps: readonly DemoStep[]): string {
	return steps
		.map(({ says, script }) =>
			[...says.map((line) => `# ${line}`), script, ""].join("\n"),
		)
		.join("\n");
}

/** What was shown. */
export function summaryOf(steps: readonly DemoStep[]): string {
	const shown = steps.flatMap(({ shows }) => (shows ? [`  ${shows}`] : []));
	return ["What you have seen:", ...shown].join("\n");
}
