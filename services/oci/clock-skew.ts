/** Clocks may differ by this much: distribution's own leeway (registry/auth/token, `Leeway`). */
const LEEWAY_SECONDS = 60;

/**
 * What clocks have to do with a token that was refused, for the message; undefined when they agree
 * or nobody can tell.
 *
 * @param date the `Date` header of the registry's answer
 * @param tokenServiceNow what the clock of the token service shows, milliseconds since the epoch
 */
export function clockSkew(
	date: string | undefined,
	tokenServiceNow: number | undefined,
): string | undefined {
	const registryNow = Date.parse(date ?? "");
	if (tokenServiceNow === undefined) return undefined;
	const seconds = Math.round((registryNow - tokenServiceNow) / 1000);
	// Not a number when there was no date.
	if (!(Math.abs(seconds) > LEEWAY_SECONDS)) return undefined;
	const direction = seconds > 0 ? "ahead of" : "behind";
	return `its clock is ${Math.abs(seconds)} s ${direction} that of the token service, expected at most ${LEEWAY_SECONDS} s. Fix: set both by the same time server`;
}
