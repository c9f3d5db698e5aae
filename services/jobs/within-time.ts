import { createContext, runInContext } from "node:vm";

const context = createContext();

/**
 * What `work` returns, or undefined when it takes too long. It ends even inside of a pattern that
 * tries again and again: V8 looks for the end of the time whenever a match goes back.
 *
 * V8 goes by the clock. Work that got less of the processor than that, because the machine is busy
 * with other things, is begun again: it has no effect but its result.
 *
 * @param milliseconds of the processor's time, for all attempts together
 */
export function withinTime<T>(
	milliseconds: number,
	work: () => T,
): { readonly result: T } | undefined {
	const started = process.cpuUsage();
	for (;;) {
		const done = attempt(milliseconds, work);
		if (done) return done;
		const { user, system } = process.cpuUsage(started);
		if (user + system >= milliseconds * 1_000) return undefined;
	}
}

function attempt<T>(
	milliseconds: number,
	work: () => T,
): { readonly result: T } | undefined {
	context.work = work;
	try {
		return {
			result: runInContext("work()", context, { timeout: milliseconds }),
		};
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
		throw error;
	} finally {
		context.work = undefined;
	}
}
