/**
 * What an error says for a report. The errors of `services/oci` say all there is to say; of any other
 * one, which is a mistake in this program, the place matters too.
 */
export function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error instanceof TypeError || error instanceof RangeError
		? (error.stack ?? error.message)
		: error.message;
}
