import { NOTHING_ASKED } from "../../services/jobs/promote/plan-offline.ts";
import type { PromotionReport } from "../../services/jobs/promote/report.ts";

/** An image that manifests ask for. */
export interface OfferedImage {
	readonly repository: string;
	readonly tag: string;
	readonly digest: string;
	/** Why no run would promote it. @default - as far as manifests tell, one would */
	readonly refused?: string;
}

/** What a change does to what is offered in Prod. */
export interface PromotionChanges {
	readonly added: readonly OfferedImage[];
	/** Listed no longer. Tags that are in Prod stay there. */
	readonly removed: readonly OfferedImage[];
	/** Rules that propose images, in words. */
	readonly rules: {
		readonly added: readonly string[];
		readonly removed: readonly string[];
	};
	/** Entries that cannot be read. */
	readonly problems: readonly string[];
}

/** Compares plans that were made of two revisions' manifests without asking a registry. */
export function promotionChanges(
	before: PromotionReport | undefined,
	after: PromotionReport,
): PromotionChanges {
	const was = offeredIn(before);
	const is = offeredIn(after);
	const notesBefore = rulesIn(before);
	const notesAfter = rulesIn(after);
	return {
		added: [...is].flatMap(([key, image]) => (was.has(key) ? [] : [image])),
		removed: [...was].flatMap(([key, image]) => (is.has(key) ? [] : [image])),
		rules: {
			added: [...notesAfter].filter((note) => !notesBefore.has(note)),
			removed: [...notesBefore].filter((note) => !notesAfter.has(note)),
		},
		problems: after.problems,
	};
}

const rulesIn = (report: PromotionReport | undefined) =>
	new Set(report?.notes.filter((note) => note !== NOTHING_ASKED));

function offeredIn(
	report: PromotionReport | undefined,
): ReadonlyMap<string, OfferedImage> {
	return new Map(
		(report?.items ?? []).map((item) => {
			const { repository, tag, digest = "", reason } = item;
			return [
				`${repository}:${tag}@${digest}`,
				{
					repository,
					tag,
					digest,
					...(reason !== undefined && { refused: reason }),
				},
			];
		}),
	);
}
