import type { PropertyMap } from "../../values.ts";
import { textAt } from "../objects.ts";
import { failed, READY, type Verdict, waiting } from "./verdict.ts";

/** A claim is ready when it is bound, or when its class binds only once a pod uses it. */
export function judgeClaim(
	claim: PropertyMap,
	storageClass: PropertyMap | undefined,
): Verdict {
	const phase = textAt(claim, "status", "phase");
	if (phase === "Bound") return READY;
	if (phase === "Lost") return failed("its volume is gone");
	if (storageClass?.volumeBindingMode === "WaitForFirstConsumer") return READY;
	const name = textAt(claim, "spec", "storageClassName");
	if (name === undefined)
		return waiting(
			"it has no storage class: set storageClassName, or make a StorageClass of the cluster the default",
		);
	return storageClass === undefined && name !== ""
		? waiting(`there is no StorageClass "${name}"`)
		: waiting("it is not bound to a volume");
}

/** A volume is ready when a claim can have it, or has it. */
export function judgeVolume(volume: PropertyMap): Verdict {
	const phase = textAt(volume, "status", "phase");
	if (phase === "Available" || phase === "Bound") return READY;
	return phase === "Failed"
		? failed(textAt(volume, "status", "message") ?? "it failed")
		: waiting("it is not available");
}
