import { createContext, runInContext } from "node:vm";

const context = createContext();

/**
 * What `work` returns, or undefined when it takes too long. It ends even inside of a pattern that
 * tries again and again: V8 looks for the end of the time whenever a match goes back.
 */
export function withinTime<T>(
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
