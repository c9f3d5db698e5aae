import type { Edit } from "../edit.ts";
import { JOB_EDITS } from "./jobs.ts";
import { NAME_EDITS } from "./names.ts";
import { NETWORK_POLICY_EDITS } from "./network-policies.ts";
import { POD_EDITS } from "./pods.ts";
import { REFERENCE_EDITS } from "./references.ts";
import { SCHEMA_EDITS } from "./schema.ts";
import { SELECTOR_EDITS } from "./selectors.ts";

/** One edit of the sample for each thing that a check finds. */
export const EDITS: readonly Edit[] = [
	...SCHEMA_EDITS,
	...NAME_EDITS,
	...POD_EDITS,
	...JOB_EDITS,
	...NETWORK_POLICY_EDITS,
	...REFERENCE_EDITS,
	...SELECTOR_EDITS,
];
