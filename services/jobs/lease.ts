import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "./log.ts";
import type { JobOptions } from "./with-transport.ts";

/** How long a lease lasts without a sign of life of its holder, and how often it gives one. */
export interface LeaseTerms {
	/** @default 30 s */
	readonly ttlMs: number;
	/** @default 5 s */
	readonly renewMs: number;
}

const TERMS: LeaseTerms = { ttlMs: 30_000, renewMs: 5_000 };

/** Whose lease it is. */
export interface LeaseOptions
	extends Pick<JobOptions, "signal" | "log" | "onBegin"> {
	/** Its file in the state folder is `<job>.lease`. */
	readonly job: string;
	/** @default - 30 s, and a sign of life each 5 s */
	readonly terms?: LeaseTerms;
}

/**
 * Runs a task while no other run of the same job with the same state folder does: it waits for a run
 * that is under way, and takes over from one that gave no sign of life for longer than `ttlMs`. The
 * `Forbid` of a CronJob is none of this: it knows nothing of runs by hand, or of a node that is away.
 *
 * A lease saves work and decides nothing. Two runs at once do no harm: tags of Prod are create-only, so
 * the second writer of a tag is told what is there; those of the Archive are kept before they move; and
 * a tag is looked at once more before it is removed.
 *
 * A folder that cannot be written keeps no run from its work; that is logged.
 */
export async function withLease<T>(
	state: string,
	{ job, signal, log, onBegin, terms = TERMS }: LeaseOptions,
	task: () => Promise<T>,
): Promise<T> {
	const lease = new LeaseFile(join(state, `${job}.lease`), terms);
	let held = false;
	try {
		await mkdir(state, { recursive: true });
		held = await waitFor(lease, signal, log, terms);
	} catch (error) {
		signal.throwIfAborted();
		log.warn({ err: error }, "runs without a lease");
	}
	let renewed = Promise.resolve();
	const renewal = setInterval(() => {
		renewed = renewed.then(() => lease.renew());
	}, terms.renewMs).unref();
	try {
		await onBegin?.();
		return await task();
	} finally {
		clearInterval(renewal);
		// One that comes after the end would hold up the next run.
		await renewed;
		if (held) await lease.release();
	}
}

async function waitFor(
	lease: LeaseFile,
	signal: AbortSignal,
	log: Logger,
	{ renewMs }: LeaseTerms,
): Promise<boolean> {
	for (let said = false; ; said = true) {
		const holder = await lease.take();
		if (holder === undefined) return true;
		if (!said) log.info({ holder }, "waits for a run that is under way");
		await sleep(renewMs, undefined, { signal });
	}
}

const note = z.object({
	id: z.string(),
	holder: z.string(),
	renewedAt: z.number(),
});

class LeaseFile {
	readonly #file: string;
	readonly #terms: LeaseTerms;
	readonly #id = randomUUID();

	constructor(file: string, terms: LeaseTerms) {
		this.#file = file;
		this.#terms = terms;
	}

	/** Takes the lease when it is free or its holder is gone; otherwise tells who has it. */
	async take(): Promise<string | undefined> {
		const present = await this.#read();
		const age = Date.now() - (present?.renewedAt ?? 0);
		// A clock that was set back makes a lease that never ends.
		if (present && age < this.#terms.ttlMs && age > -this.#terms.ttlMs) {
			return present.holder;
		}
		if (present) await rm(this.#file, { force: true });
		try {
			// Who creates the file has the lease, however many try.
			const file = await open(this.#file, "wx", 0o600);
			await file.writeFile(this.#note());
			await file.close();
			return undefined;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "EEXIST") {
				return "another run";
			}
			throw error;
		}
	}

	async renew(): Promise<void> {
		try {
			if (!(await this.#isOwn())) return;
			await writeFile(`${this.#file}.${this.#id}`, this.#note());
			await rename(`${this.#file}.${this.#id}`, this.#file);
		} catch {
			// The next renewal, or the end of the lease, comes soon enough.
		}
	}

	async release(): Promise<void> {
		try {
			if (await this.#isOwn()) await rm(this.#file, { force: true });
		} catch {
			// It ends by itself.
		}
	}

	async #isOwn(): Promise<boolean> {
		return (await this.#read())?.id === this.#id;
	}

	async #read() {
		try {
			const text = await readFile(this.#file, "utf8");
			// A file that is being written, or was left half-written, belongs to someone who has just come.
			return note.safeParse(parsed(text)).data ?? (await this.#unreadable());
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
			throw error;
		}
	}

	async #unreadable() {
		const file = await open(this.#file, "r");
		const { mtimeMs } = await file.stat();
		await file.close();
		return { id: "", holder: "another run", renewedAt: mtimeMs };
	}

	#note(): string {
		return JSON.stringify({
			id: this.#id,
			holder: `process ${process.pid} on ${hostname()}`,
			renewedAt: Date.now(),
		});
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
