import type { PropertyMap } from "../../values.ts";
import { condition, textAt } from "../objects.ts";
import { podProblems } from "./pods.ts";
import { failed, READY, type Verdict, waiting } from "./verdict.ts";

/** A pod is ready when it says so, or has done what it was for. */
export function judgePod(pod: PropertyMap): Verdict {
	const phase = textAt(pod, "status", "phase");
	if (condition(pod, "Ready")?.status === "True" || phase === "Succeeded")
		return READY;
	const [problem = "it is not ready"] = podProblems([pod]);
	return phase === "Failed" ? failed(problem) : waiting(problem);
}
