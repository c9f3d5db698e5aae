import {
	acceptsName,
	acceptsTag,
	anchored,
	FALLBACK_TAG,
	type NamingRule,
} from "../../../topology/naming.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Promotion } from "./promotion-manifest.ts";
import type { CheckSummary } from "./report.ts";

/** What both ends of the promotion take, from the job's configuration. */
export interface PlanRules {
	readonly source: NamingRule;
	readonly destination: NamingRule;
	/** Host of the destination, for messages. */
	readonly destinationHost: string;
	/** Patterns of the repositories that may be promoted. @default - all that both ends take */
	readonly repositories?: readonly string[] | undefined;
}

/** What the destination has under a tag, or why that cannot be told. */
export type Current =
	| { readonly digest: Digest | undefined }
	| { readonly unreadable: string };

/**
 * What a run does about one promotion. `fail` is a refusal that may be gone by the next run, `hold` one
 * of an image that nobody has asked for by its digest.
 */
export type Step =
	| { readonly action: "skip"; readonly promotion: Promotion }
	| {
			readonly action: "copy";
			readonly promotion: Promotion;
			/** Absent where nothing is asked of images. */
			readonly checks?: CheckSummary;
	  }
	| {
			readonly action: "refuse" | "fail" | "hold";
			/** Without a digest when a rule could not find one. */
			readonly promotion: Omit<Promotion, "digest"> & {
				readonly digest?: Digest;
			};
			readonly reason: string;
			readonly checks?: CheckSummary;
	  };

/** Why a promotion is refused whatever the registries hold; undefined when it is not. */
export function nameRefusal(
	{ repository, tag }: Promotion,
	{ source, destination, repositories }: PlanRules,
): string | undefined {
	if (
		repositories &&
		!repositories.some((pattern) => anchored(pattern).test(repository))
	) {
		return `repository ${repository} may not be promoted; expected ${repositories.join(" or ")}. Fix: have it added to the promoter's configuration`;
	}
	if (!acceptsName(source, repository)) {
		return `repository ${repository} cannot be at the source; expected ${source.nameHelp}. Fix: correct the name`;
	}
	if (!acceptsName(destination, repository)) {
		return `repository ${repository} is not taken by the destination; expected ${destination.nameHelp}. Fix: correct the name`;
	}
	// They go along with their image, where their content can be compared with it.
	if (FALLBACK_TAG.test(tag)) {
		return `tag ${tag} is that of a signature or the like; expected ${destination.tagHelp}. Fix: promote the image it belongs to`;
	}
	if (!acceptsTag(destination, tag)) {
		return `tag ${tag} is not taken by the destination; expected ${destination.tagHelp}. Fix: choose another tag`;
	}
	return undefined;
}

/**
 * Decides what a run does, before it does any of it.
 *
 * A tag that is at its digest already is skipped, so that a rerun after a crash goes on where that
 * one stopped. A tag at another digest is refused: tags of the destination never move.
 */
export function planPromotions(
	wanted: readonly Promotion[],
	rules: PlanRules,
	currentOf: (promotion: Promotion) => Current,
): readonly Step[] {
	return wanted.map((promotion): Step => {
		const refused = nameRefusal(promotion, rules);
		if (refused !== undefined) {
			return { action: "refuse", promotion, reason: refused };
		}
		const current = currentOf(promotion);
		if ("unreadable" in current) {
			return { action: "fail", promotion, reason: current.unreadable };
		}
		if (current.digest === undefined) return { action: "copy", promotion };
		if (current.digest === promotion.digest) {
			return { action: "skip", promotion };
		}
		const { repository, tag, digest } = promotion;
		return {
			action: "refuse",
			promotion,
			reason: `tag ${tag} is already at ${rules.destinationHost}/${repository}:${tag} = ${current.digest}, got ${digest}; tags there never move. Fix: choose a new tag or remove this line`,
		};
	});
}
