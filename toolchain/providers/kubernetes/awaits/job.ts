import type { PropertyMap } from "../../values.ts";
import { at, condition, numberAt } from "../objects.ts";
import { failed, READY, type Verdict, waiting } from "./verdict.ts";

/** A Job is ready when it is complete, and fails when it has failed; one that is suspended is let be. */
export function judgeJob(job: PropertyMap): Verdict {
	if (at(job, "spec", "suspend") === true) return READY;
	if (condition(job, "Complete")?.status === "True") return READY;
	const failure = condition(job, "Failed");
	if (failure?.status === "True")
		return failed(`${failure.reason}: ${failure.message}`);
	return waiting(
		`${numberAt(job, "status", "succeeded")} of ${numberAt(job, "spec", "completions")} pods have succeeded, ${numberAt(job, "status", "failed")} have failed`,
	);
}
