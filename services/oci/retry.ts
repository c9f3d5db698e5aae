/** How often and how patiently a failed request is repeated. */
export interface RetryPolicy {
	/** Tries altogether, the first included. */
	readonly attempts: number;
	/** Longest wait before the second try; it doubles with every further one. */
	readonly baseMs: number;
	/** No wait of our own is longer. */
	readonly maxBackoffMs: number;
	/** A registry that asks for a longer wait than this is given up on until the next run. */
	readonly maxRetryAfterMs: number;
}

/** Six tries over at most about a minute, unless the registry itself asks for more patience. */
export const DEFAULT_RETRY: RetryPolicy = {
	attempts: 6,
	baseMs: 1_000,
	maxBackoffMs: 30_000,
	maxRetryAfterMs: 300_000,
};

/**
 * The wait after the given failed attempt (1 for the first): exponential with full jitter, so that
 * clients that failed together do not come back together.
 */
export function backoffMs(
	attempt: number,
	{ baseMs, maxBackoffMs }: RetryPolicy,
	random: () => number,
): number {
	return Math.round(
		random() * Math.min(maxBackoffMs, baseMs * 2 ** (attempt - 1)),
	);
}

const DELAY_SECONDS = /^[0-9]{1,9}$/;
// The one form RFC 9110 lets senders generate. Date.parse alone would take "5 apples" for a month.
const IMF_FIXDATE =
	/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;

/**
 * The wait a `Retry-After` header asks for, in milliseconds, from either of its forms
 * (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). Undefined when it has neither.
 */
export function retryAfterMs(
	header: string | undefined,
	now: number,
): number | undefined {
	const value = header?.trim() ?? "";
	if (DELAY_SECONDS.test(value)) return Number(value) * 1000;
	if (!IMF_FIXDATE.test(value)) return undefined;
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
