import { styleText } from "node:util";

/** Where progress is written: never on standard output, which belongs to what a command prints. */
const out = process.stderr;

export interface StepOptions {
	/** How long it takes on two cores when nothing is cached, e.g. `9 min`. @default - nothing is said */
	readonly usually?: string;
}

/**
 * Runs a long action and shows that it runs and for how long: a line that counts on a terminal, a
 * line a minute elsewhere.
 */
export async function step<T>(
	label: string,
	{ usually }: StepOptions,
	action: () => Promise<T>,
): Promise<T> {
	const started = Date.now();
	const hint = usually ? ` (usually ${usually})` : "";
	const live = out.isTTY;
	const redraw = () =>
		out.write(`\r\u001b[K  ${label}${hint} … ${elapsed(started)}`);
	if (live) redraw();
	else say(`${label}${hint} …`);
	const timer = setInterval(
		() =>
			live ? redraw() : say(`${label}: still running, ${elapsed(started)}`),
		live ? 1_000 : 60_000,
	);
	try {
		const result = await action();
		if (live) out.write("\r\u001b[K");
		say(`${label}: done in ${elapsed(started)}`);
		return result;
	} catch (error) {
		if (live) out.write("\r\u001b[K");
		say(`${label}: failed after ${elapsed(started)}`);
		throw error;
	} finally {
		clearInterval(timer);
	}
}

/** One line about what the toolchain does or decided. */
export function say(line: string): void {
	out.write(`${styleText("dim", `  ${line}`, { stream: out })}\n`);
}

function elapsed(since: number): string {
	const seconds = Math.round((Date.now() - since) / 1_000);
	return seconds < 60
		? `${seconds} s`
		: `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
