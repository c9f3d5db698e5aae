import { main } from "./cli.ts";

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
	// Once: whoever asks a second time wants it to end at once.
	process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

const { stdout, stderr } = process;
process.exitCode = await main(process.argv.slice(2), {
	stdout,
	stderr,
	stop: stop.signal,
});
