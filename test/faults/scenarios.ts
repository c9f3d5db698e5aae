import { crash } from "./f01-crash.ts";
import { tooManyRequests } from "./f02-too-many-requests.ts";
import { serverErrors } from "./f03-server-errors.ts";
import { stalled } from "./f04-stalled.ts";
import { truncated } from "./f05-truncated.ts";
import { corruption } from "./f06-corrupted.ts";
import { twoPromoters } from "./f11-two-promoters.ts";
import { lease } from "./f12-lease.ts";
import { clocks } from "./f20-clocks.ts";
import { lostContent } from "./f24-lost-content.ts";
import { lostBlob } from "./f25-lost-blob.ts";
import { starved } from "./f27-starved.ts";
import { hostile } from "./f28-hostile.ts";
import type { Scenario } from "./scenario.ts";

/** The faults of each job, in the order of the list they are from. */
export const SCENARIOS: Readonly<Record<"promote", readonly Scenario[]>> = {
	promote: [
		crash,
		tooManyRequests,
		serverErrors,
		stalled,
		truncated,
		corruption,
		twoPromoters,
		lease,
		clocks,
		lostContent,
		lostBlob,
		starved,
		hostile,
	],
};
