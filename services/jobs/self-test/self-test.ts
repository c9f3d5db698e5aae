import type {
	SelfTestConfig,
	TestedRegistry,
} from "../../../topology/self-test-config.ts";
import type { SelfTestReport } from "../../../topology/self-test-report.ts";
import { all } from "../../oci/all.ts";
import { Semaphore } from "../../oci/semaphore.ts";
import { Transport } from "../../oci/transport.ts";
import { newClients } from "./clients.ts";
import { tryFront } from "./try-front.ts";
import { tryRegistry } from "./try-registry.ts";

export interface SelfTestOptions {
	readonly config: SelfTestConfig;
	/** Ends the test. */
	readonly signal: AbortSignal;
}

/** Registries under way at a time; each has one request under way, so nobody notices the test. */
const REGISTRIES_AT_ONCE = 4;

/** A test proves what happens now: nothing is tried twice, and silence is an answer. */
const ONCE = {
	attempts: 1,
	baseMs: 0,
	maxBackoffMs: 0,
	maxRetryAfterMs: 0,
};
const TIMEOUTS = {
	connect: 3_000,
	idle: 15_000,
	commit: 15_000,
	total: 20_000,
};

/**
 * Tries every cell of a plan over the network, with the credentials of each principal.
 *
 * Safe on an estate in use: nothing is stopped, and what is written goes to a repository of its own.
 * Two runs at the same time find each other's images there and fail. A run that breaks off leaves at
 * most two tags in each tier, which the next one uses again.
 */
export async function selfTest({
	config: { registries, fronts, passwords },
	signal,
}: SelfTestOptions): Promise<SelfTestReport> {
	const started = performance.now();
	const transport = new Transport({
		signal,
		retry: ONCE,
		timeouts: TIMEOUTS,
	});
	const newClient = newClients(transport, passwords);
	const room = new Semaphore(REGISTRIES_AT_ONCE);
	const tryAll = async (some: readonly TestedRegistry[]) => {
		const results = await all(some, (registry) =>
			room.run(() => tryRegistry(registry, newClient, transport)),
		);
		return results.flat();
	};
	try {
		// A cache shows what its origin holds, which must be at rest.
		const [origins, replicas] = byPlaceOfImage(registries);
		const cells = [...(await tryAll(origins)), ...(await tryAll(replicas))];
		return {
			seconds: (performance.now() - started) / 1000,
			cells,
			fronts: await all(fronts, (front) => tryFront(front, transport)),
		};
	} finally {
		await transport.close();
	}
}

function byPlaceOfImage(registries: readonly TestedRegistry[]) {
	const isReplica = ({ url, image }: TestedRegistry) =>
		image.kind === "found" && image.origin.url !== url;
	return [
		registries.filter((registry) => !isReplica(registry)),
		registries.filter(isReplica),
	] as const;
}
