import { tooManyRequests } from "./f02-too-many-requests.ts";
import { serverErrors } from "./f03-server-errors.ts";
import { truncated } from "./f05-truncated.ts";
import { corruption } from "./f06-corrupted.ts";
import type { Scenario } from "./scenario.ts";

/** The faults of each job, in the order of the list they are from. */
export const SCENARIOS: Readonly<Record<"promote", readonly Scenario[]>> = {
	promote: [tooManyRequests, serverErrors, truncated, corruption],
};
