const PRINTING = ["log", "info", "warn", "error"] as const;

/** What a program says while it runs: without an engine, Pulumi's own messages go to the console too. */
export async function listenWhile<T>(
	run: () => Promise<T>,
): Promise<{ readonly result: T; readonly remarks: readonly string[] }> {
	const remarks: string[] = [];
	const printed = PRINTING.map((name) => [name, console[name]] as const);
	for (const name of PRINTING) {
		console[name] = (...words: readonly unknown[]) => {
			remarks.push(
				words.join(" ").replace(/^(?:info|warning|error): \[runtime\] /, ""),
			);
		};
	}
	try {
		return { result: await run(), remarks };
	} finally {
		for (const [name, print] of printed) console[name] = print;
	}
}
