/** Everything is as it was asked for. */
export const SUCCESS = 0;
/** At least one item was refused, failed or was aborted. */
export const FAILURE = 1;
/** The command, its configuration, a manifest or a list is wrong. */
export const BAD_INPUT = 2;
