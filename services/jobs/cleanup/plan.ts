import {
	GRACE_HOURS,
	type RetentionRule,
} from "../../../topology/retention.ts";
import type { Digest } from "../../oci/digest.ts";
import { type Children, dependents } from "./dependents.ts";
import { type SeenTag, subjectOf } from "./seen-tag.ts";

/** The tags of a repository, as a plan looks at them. */
export interface RepositoryState {
	readonly tags: readonly SeenTag[];
	/** Tags that are there and could not be looked at. They stay. */
	readonly unresolved: readonly { readonly name: string }[];
}

/** What becomes of a tag, and why. The reason goes on after `because`. */
export interface Verdict {
	readonly tag: SeenTag;
	readonly action: "keep" | "remove";
	readonly reason: string;
}

export interface RepositoryVerdicts {
	readonly verdicts: readonly Verdict[];
	/** Indexes whose children must be known before the verdicts count; none when they do. */
	readonly unread: readonly Digest[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Decides which tags of a repository go, before any of them does: those that are older than the rule's
 * days, are not among its newest, and that no tag that stays needs.
 *
 * Fallback tags (`sha256-…`) are no images of their own: they do not count among the newest, and go by
 * their age when nothing that stays needs them.
 */
export function planRepository(
	{ tags, unresolved }: RepositoryState,
	rule: RetentionRule,
	now: number,
	children: Children,
): RepositoryVerdicts {
	const ranks = ranksOf(tags);
	const own = new Map<string, string>();
	for (const tag of tags) {
		const reason = ownReason(tag, ranks.get(tag.name), rule, now);
		if (reason !== undefined) own.set(tag.name, reason);
	}
	const { reasons, unread } = dependents(
		tags.filter(({ name }) => own.has(name)),
		tags.filter(({ name }) => !own.has(name)),
		children,
		doubtOf(unresolved),
	);
	const verdicts = tags.map((tag): Verdict => {
		const reason = own.get(tag.name) ?? reasons.get(tag.name);
		return reason === undefined
			? {
					tag,
					action: "remove",
					reason: removal(tag, ranks.get(tag.name), rule, now),
				}
			: { tag, action: "keep", reason };
	});
	return { verdicts, unread };
}

/** Why fallback tags are not to go when some tag could not be looked at; undefined when there is none. */
export function doubtOf(
	unresolved: RepositoryState["unresolved"],
): string | undefined {
	const [first] = unresolved;
	return first === undefined
		? undefined
		: `${first.name}, which could not be looked at, may need it`;
}

const byName = new Intl.Collator("en", { numeric: true });

// The newest is number 1. On the first run all tags are equally new, and their names tell: `main-100`
// was made after `main-99`.
function ranksOf(tags: readonly SeenTag[]): ReadonlyMap<string, number> {
	const newestFirst = tags
		.filter((tag) => subjectOf(tag) === undefined)
		.toSorted(
			(a, b) =>
				b.firstSeen - a.firstSeen ||
				byName.compare(b.name, a.name) ||
				(a.name < b.name ? 1 : -1),
		);
	return new Map(newestFirst.map(({ name }, i) => [name, i + 1]));
}

// Why a tag stays whatever becomes of the others.
function ownReason(
	{ firstSeen }: SeenTag,
	rank: number | undefined,
	{ days, keep }: RetentionRule,
	now: number,
): string | undefined {
	const age = now - firstSeen;
	if (age < 0) {
		return `it was first seen at ${new Date(firstSeen).toISOString()}, which is yet to come: the clock has run backwards`;
	}
	if (age === 0) return "it is seen for the first time";
	if (age <= GRACE_HOURS * HOUR_MS) {
		return `it is ${renderAge(age)} old, within the grace period of ${GRACE_HOURS} hours`;
	}
	if (age <= days * DAY_MS) return `it is ${ageAgainst(age, days)}`;
	if (rank !== undefined && rank <= keep) {
		return `it is number ${rank} of the newest ${keep}, which are kept`;
	}
	return undefined;
}

function removal(
	tag: SeenTag,
	rank: number | undefined,
	{ days, keep }: RetentionRule,
	now: number,
): string {
	const subject = subjectOf(tag);
	const age = `it is ${ageAgainst(now - tag.firstSeen, days)}`;
	if (subject) return `${age}; nothing that stays needs it`;
	return keep === 0
		? age
		: `${age}; it is number ${rank}, and the newest ${keep} are kept`;
}

function ageAgainst(age: number, days: number): string {
	return `${renderAge(age)} old, and ${days} ${days === 1 ? "day is" : "days are"} kept`;
}

function renderAge(ms: number): string {
	return ms < 2 * DAY_MS
		? `${tenths(ms / HOUR_MS)} hours`
		: `${tenths(ms / DAY_MS)} days`;
}

// Cut, not rounded: what is 13.96 days old is not 14.0 days old yet.
function tenths(value: number): string {
	return (Math.floor(value * 10) / 10).toFixed(1);
}
