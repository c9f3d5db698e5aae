import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
	ItemResult,
	PromotionReport,
} from "../../services/jobs/promote/report.ts";
import type { PromoterConfig } from "../../topology/job-config.ts";
import { PASSWORD } from "../docker/gate-estate.ts";
import {
	promoterProcess,
	type Ran,
	type RunOptions,
} from "../docker/promoter-process.ts";
import {
	type FaultProxy,
	type ProxyFault,
	type Seen,
	startFaultProxy,
	writesAmong,
} from "./fault-proxy.ts";

/** What a promoter is run with. */
export interface FaultyPromoterOptions {
	readonly program: string;
	/** URLs of the fronts. */
	readonly source: string;
	readonly destination: string;
	readonly manifest: string;
	/** PEM. */
	readonly recordKey: string;
	readonly config?: Partial<PromoterConfig>;
}

/** A promoter with a fault proxy before each of its registries. */
export interface FaultyPromoter {
	readonly source: FaultProxy;
	readonly destination: FaultProxy;
	/** Runs it until it ends, and checks I5 and I6. */
	run(options?: FaultyRunOptions): Promise<Outcome>;
	remove(): Promise<void>;
}

export interface FaultyRunOptions extends RunOptions {
	/** @default - `promote run` */
	readonly command?: readonly string[];
}

/** How a run ended, and what it asked of its registries. */
export interface Outcome extends Ran {
	readonly seconds: number;
	/** Undefined when it did not get to one. */
	readonly report: PromotionReport | undefined;
	readonly source: readonly Seen[];
	readonly destination: readonly Seen[];
}

/** Sets a promoter up. The one at the source may only read, the one at the destination only create. */
export async function setUpFaultyPromoter({
	recordKey,
	...options
}: FaultyPromoterOptions): Promise<FaultyPromoter> {
	const keys = await mkdtemp(join(tmpdir(), "record-key-"));
	const recordKeyFile = join(keys, "key.pem");
	await writeFile(recordKeyFile, recordKey);
	const source = await startFaultProxy(options.source);
	const destination = await startFaultProxy(options.destination);
	const promoter = await promoterProcess({
		...options,
		source: { url: source.url, username: "developer", password: PASSWORD },
		destination: { url: destination.url, username: "ci", password: PASSWORD },
		config: { recordKeyFile, ...options.config },
	});
	return {
		source,
		destination,
		run: async ({ command = ["promote", "run"], ...rest } = {}) => {
			const sourceFrom = source.seen.length;
			const destinationFrom = destination.seen.length;
			const started = Date.now();
			const ran = await promoter.run([...command, "--json"], rest);
			const outcome: Outcome = {
				...ran,
				seconds: (Date.now() - started) / 1_000,
				report: ran.stdout.startsWith("{") ? JSON.parse(ran.stdout) : undefined,
				source: source.seen.slice(sourceFrom),
				destination: destination.seen.slice(destinationFrom),
			};
			if (command[1] === "run") checkFailures(outcome);
			await checkSecrets(outcome, promoter.folder, recordKey);
			const written = writesAmong(outcome.source);
			assert.deepEqual(written, [], "I4: the source is only read");
			return outcome;
		},
		remove: async () => {
			await source.close();
			await destination.close();
			await promoter.remove();
			await rm(keys, { recursive: true });
		},
	};
}

/** The faults of one run. */
export interface Faults {
	readonly source?: readonly ProxyFault[];
	readonly destination?: readonly ProxyFault[];
}

/** Outcomes, and messages of their lines. */
const TROUBLE: readonly string[] = ["refused", "failed", "aborted"];
const isTrouble = ({ outcome }: ItemResult) => TROUBLE.includes(outcome);

/** I5: a run that did not do everything says so by its status, and in one line for each failure. */
function checkFailures({ status, report, stderr, stdout }: Outcome): void {
	if (status === null) return;
	if (!report) {
		assert.notEqual(status, 0, `I5: no report, yet exit status 0: ${stdout}`);
		return;
	}
	const failed = report.items.filter(isTrouble).map(nameOf);
	const isWell = failed.length === 0 && report.problems.length === 0;
	assert.equal(status === 0, isWell, `I5: exit status ${status}: ${stdout}`);
	const told = stderr
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line))
		.filter(({ level, msg }) => level === "error" && TROUBLE.includes(msg))
		.map(nameOf);
	assert.deepEqual(told.toSorted(), failed.toSorted(), "I5: a line a failure");
}

const nameOf = ({ repository, tag }: ItemResult) => `${repository}:${tag}`;

/** I6: no secret that was sent stands in anything that was printed or left behind. */
async function checkSecrets(
	{ stdout, stderr, source, destination }: Outcome,
	folder: string,
	recordKey: string,
): Promise<void> {
	const [, keyLine = recordKey] = recordKey.split("\n");
	const secrets = new Set([PASSWORD, encodeURIComponent(PASSWORD), keyLine]);
	for (const { authorization } of [...source, ...destination]) {
		const [, credentials] = authorization?.split(" ") ?? [];
		if (credentials) secrets.add(credentials);
	}
	const texts = [stdout, stderr];
	for (const entry of await readdir(folder, {
		recursive: true,
		withFileTypes: true,
	})) {
		// The passwords themselves, as an estate mounts them.
		if (!entry.isFile() || ["read", "write"].includes(entry.name)) continue;
		texts.push(await readFile(join(entry.parentPath, entry.name), "utf8"));
	}
	for (const secret of secrets) {
		const isTold = texts.some((text) => text.includes(secret));
		assert.equal(isTold, false, `I6: a credential was printed: ${stderr}`);
	}
}
