import { type Problem, shown } from "../problem.ts";
import { targetOf, type WantedTag } from "./wanted-tag.ts";

/**
 * The overrides whose last day is over. They are told and not dropped: what builds on the Archive
 * would get another image than it was tested with, at midnight and without anybody's doing.
 */
export function expiredOverrides(
	wanted: readonly WantedTag[],
	today: Date,
): readonly Problem[] {
	const day = today.toISOString().slice(0, "2026-12-31".length);
	return wanted.flatMap((tag) => {
		const { override } = tag;
		if (!override || override.expires >= day) return [];
		const { file, path, owner, expires } = override;
		return [
			{
				file,
				path,
				what: `override of ${targetOf(tag)} by ${shown(owner)} has expired and still wins`,
				got: shown(expires),
				expected: `a day from ${day} on`,
				fix: "renew it, or remove it to go back to what upstream has",
			},
		];
	});
}
