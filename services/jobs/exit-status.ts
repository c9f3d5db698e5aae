/**
 * What a command ends with. Each says whether it helps to run it again: the `podFailurePolicy` of a
 * CronJob goes by that.
 */

/** Everything is as it was asked for. */
export const SUCCESS = 0;
/**
 * At least one item was refused or failed, or a registry did not answer. Another run may go better, and
 * does nothing twice.
 */
export const FAILURE = 1;
/**
 * The command, its configuration, a manifest, a list or a file with a secret is wrong. Another run ends
 * like this one until somebody mends it. What was right in the manifests is done all the same.
 */
export const BAD_INPUT = 2;
/**
 * The process was asked to end, e.g. by an eviction, before it was through. The next run goes on. It is
 * what a shell or a container says of a process that SIGTERM ended, 128 + 15, which this one may be if
 * the signal comes while it still starts.
 */
export const STOPPED = 143;
