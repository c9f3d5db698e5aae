import type { RecordedResource } from "../../stacks/offline/description.ts";

/**
 * Kinds of Kubernetes that hold images, or that take what holds them along. A StatefulSet is none: its claims
 * stay when it goes.
 */
const HOLDERS: readonly string[] = [
	"kubernetes:core/v1:Namespace",
	"kubernetes:core/v1:PersistentVolume",
	"kubernetes:core/v1:PersistentVolumeClaim",
];

/** Whether images are lost with a resource. Volumes on Docker carry files as well; those of a store say so in their name. */
export function isData({
	type,
	name,
}: Pick<RecordedResource, "type" | "name">): boolean {
	return type === "docker:index/volume:Volume"
		? /-storage(-\d+)?$/.test(name)
		: HOLDERS.includes(type);
}
