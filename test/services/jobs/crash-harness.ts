import { expect } from "vitest";
import type { TransportOptions } from "../../../services/oci/transport.ts";
import { type Kill, Killer } from "../oci/killer.ts";
import type { RegistryServer } from "../oci/registry-server.ts";

/** A job that is killed in the middle of its requests. */
export interface KilledJob<Report> {
	/** Puts the registry, and whatever else it works on, back to what they were before the first run. */
	begin(): Promise<void>;
	/** The run that is killed; its requests are to be sent with these options. */
	run(http: TransportOptions): Promise<Report>;
	/** Checks what holds at any time, wherever a run was killed. */
	checkInvariants(): Promise<void>;
	/** Lets it run again, and checks that it ends as if nothing had happened. */
	finish(): Promise<void>;
}

/**
 * Kills a run at its first request and lets the job finish, then one at its second, and so on until
 * one ends before its time has come.
 *
 * @returns how many runs there were, and what the last one reported.
 */
export async function killAtEachRequest<Report>(
	moment: Kill["moment"],
	job: KilledJob<Report>,
): Promise<{ readonly runs: number; readonly report: Report }> {
	for (let n = 1; ; n++) {
		await job.begin();
		const killer = new Killer({ n, moment });
		const report = await job.run({ dispatcher: killer.dispatcher });
		await job.checkInvariants();
		if (!killer.isDead) return { runs: n, report };
		await job.finish();
	}
}

/** Checks that a run changes nothing in a registry. */
export async function expectNoWrites<Report>(
	registry: RegistryServer,
	run: () => Promise<Report>,
): Promise<Report> {
	const writes = () => registry.count("PUT", "POST", "DELETE");
	const before = writes();
	const report = await run();
	expect(writes()).toBe(before);
	return report;
}
