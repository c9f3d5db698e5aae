import type { Registry } from "../../oci/registry.ts";
import { Semaphore } from "../../oci/semaphore.ts";
import { messageOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import { keepCurrent } from "./keep.ts";
import type { Step } from "./plan.ts";
import type { ItemResult, Kept } from "./report.ts";
import type { Upstreams } from "./upstreams.ts";
import { archiveName, type WantedTag } from "./wanted-tag.ts";

/** Images under way at a time. Most of them wait for a request, so this costs little memory. */
const CONCURRENT_IMAGES = 16;

/** What carrying a plan out needs. */
export interface Ends {
	readonly archive: Registry;
	readonly upstreams: Upstreams;
	readonly today: Date;
	readonly signal: AbortSignal;
	readonly log: Logger;
}

/** Carries a plan out. What goes wrong with one tag leaves the others alone. */
export async function carryOut(
	steps: readonly Step[],
	ends: Ends,
): Promise<readonly ItemResult[]> {
	const images = new Semaphore(CONCURRENT_IMAGES);
	return Promise.all(
		steps.map(async (step) => {
			const result =
				step.action === "write"
					? await images.run(() => write(step, ends))
					: resultOf(step, ends.signal);
			logResult(result, ends.log);
			return result;
		}),
	);
}

async function write(
	{ wanted, source }: Extract<Step, { action: "write" }>,
	{ archive, upstreams, today, signal }: Ends,
): Promise<ItemResult> {
	const { tag, override } = wanted;
	const { registry, repository: from, digest } = source;
	const to = archiveName(wanted);
	const item = { ...placeOf(wanted), digest };
	let kept: Kept | undefined;
	try {
		const { leftOut } = await upstreams.at(registry).copier.copy({
			from,
			to,
			reference: digest,
			tag,
			// As late as that, or an image that cannot be copied would leave a backup tag each day.
			beforeTag: async () => {
				kept = await keepCurrent(
					archive,
					{ repository: to, tag, digest },
					today,
				);
			},
		});
		return {
			...item,
			outcome: override ? "overridden" : kept ? "moved" : "mirrored",
			...(kept && { kept }),
			...(leftOut.length > 0 && { leftOut }),
		};
	} catch (error) {
		return {
			...item,
			outcome: signal.aborted ? "aborted" : "failed",
			...(kept && { kept }),
			reason: messageOf(error),
		};
	}
}

/** What is to be reported of a step that nothing was done for. */
export function resultOf(step: Step, signal: AbortSignal): ItemResult {
	const place = placeOf(step.wanted);
	switch (step.action) {
		case "write": {
			const { source, kept } = step;
			const { digest } = source;
			return { ...place, digest, outcome: "planned", ...(kept && { kept }) };
		}
		case "leave":
			return { ...place, digest: step.digest, outcome: "present" };
		case "drift":
			return {
				...place,
				digest: step.digest,
				outcome: "drift",
				reason: step.reason,
			};
		case "fail":
			return {
				...place,
				outcome: signal.aborted ? "aborted" : "failed",
				reason: step.reason,
			};
	}
}

function placeOf(wanted: WantedTag) {
	const { tag, file, path } = wanted.override
		? { ...wanted.override, tag: wanted.tag }
		: wanted;
	return { repository: archiveName(wanted), tag, file, path };
}

function logResult({ outcome, ...item }: ItemResult, log: Logger): void {
	if (outcome === "present") log.debug(item, "already there");
	else if (outcome === "drift") log.warn(item, "gone upstream");
	else if (outcome === "failed" || outcome === "aborted")
		log.error(item, outcome);
	else log.info(item, outcome);
}
