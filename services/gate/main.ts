import { Command, InvalidArgumentError } from "commander";
import pino from "pino";
import { FileSet } from "./file-set.ts";
import { GateFilesError, type GatePaths, loadGateFiles } from "./gate-files.ts";
import { startGate } from "./server.ts";

const log = pino({
	base: {},
	timestamp: pino.stdTimeFunctions.isoTime,
	formatters: { level: (level) => ({ level }) },
});

const { port, ...paths } = new Command()
	.name("gate")
	.description("token service and manifest-write judge before OCI registries")
	.requiredOption("--config <file>", "registries and what may be done in them")
	.requiredOption("--keys <file>", "signing keys, by registry")
	.requiredOption("--accounts <file>", "static accounts")
	.requiredOption("--port <number>", "TCP port to listen on", parsePort)
	.parse()
	.opts<GatePaths & { readonly port: number }>();

try {
	const files = new FileSet([paths.keys, paths.accounts], () =>
		loadGateFiles(paths),
	);
	const gate = await startGate(await files.read(), { port, log });
	log.info({ port: gate.port }, "listening");
	const stop = new AbortController();
	let trouble = "";
	const reread = async () => {
		try {
			gate.renew(await files.read());
			log.info("keys and accounts were read again");
			trouble = "";
		} catch (error) {
			if (!(error instanceof GateFilesError)) throw error;
			// Once, although it is tried until the files are whole.
			if (error.message !== trouble) {
				log.error({ err: error }, "the old keys and accounts stay");
			}
			trouble = error.message;
		}
	};
	files.watch(reread, stop.signal);
	for (const signal of ["SIGTERM", "SIGINT"] as const) {
		process.once(signal, async () => {
			log.info({ signal }, "stopping");
			stop.abort();
			await gate.close();
			log.info("stopped");
		});
	}
} catch (error) {
	if (!(error instanceof GateFilesError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}

function parsePort(value: string): number {
	const port = Number(value);
	if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
	throw new InvalidArgumentError("expected a number from 0 to 65535");
}
