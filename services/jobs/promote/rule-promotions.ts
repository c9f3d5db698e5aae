import { all } from "../../oci/all.ts";
import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import type { CurrentTags } from "./current-tags.ts";
import type { RuleCandidate } from "./expand-rules.ts";
import type { Step } from "./plan.ts";
import type { Promotion } from "./promotion-manifest.ts";

/** What is to be done about the candidates of rules. */
export interface RulePromotions {
	/** To be planned like those that manifests list. */
	readonly promotions: readonly Promotion[];
	/** Decided already. */
	readonly steps: readonly Step[];
}

/**
 * Finds the digests of what rules offer. A tag that is at the destination already is taken to be there
 * for the digest it has, unless `compare` asks for that of the source too.
 */
export async function rulePromotions(
	candidates: readonly RuleCandidate[],
	source: Registry,
	current: CurrentTags,
	compare: boolean,
): Promise<RulePromotions> {
	const found = await all(candidates, (candidate) =>
		resolve(candidate, source, current, compare),
	);
	return {
		promotions: found.flatMap((it) => (it && "digest" in it ? [it] : [])),
		steps: found.flatMap((it) => (it && "action" in it ? [it] : [])),
	};
}

async function resolve(
	{ reason, ...asked }: RuleCandidate,
	source: Registry,
	current: CurrentTags,
	compare: boolean,
): Promise<Promotion | Step | undefined> {
	const there = await current.of(asked);
	if ("unreadable" in there) {
		return { action: "fail", promotion: asked, reason: there.unreadable };
	}
	const { digest } = there;
	// Of two tags that are to become one, the one that was promoted before they were two has it.
	if (digest !== undefined && (reason !== undefined || !compare)) {
		return { ...asked, digest };
	}
	if (reason !== undefined) {
		return { action: "refuse", promotion: asked, reason };
	}
	try {
		const { repository, sourceTag } = asked;
		const head = await source.headManifest(repository, sourceTag);
		// Undefined: cleanup took it between the listing and now.
		return head && { ...asked, digest: head.digest };
	} catch (error) {
		return { action: "fail", promotion: asked, reason: messageOf(error) };
	}
}
