import type { RecordedResource } from "../../../stacks/offline/description.ts";

/** A resource as a program asks for it, in a component of home. */
export function recorded(
	given: Partial<RecordedResource> & Pick<RecordedResource, "type" | "name">,
): RecordedResource {
	return {
		identity: `registry-tiers:index:Home$${given.type}::${given.name}`,
		aliases: [],
		component: false,
		within: ["home"],
		inputs: {},
		outputs: {},
		provider: "",
		ignoreChanges: [],
		deleteBeforeReplace: false,
		protect: false,
		retainOnDelete: false,
		...given,
	};
}

/** The volume of a store on Docker. */
export const store = (given: Partial<RecordedResource> = {}) =>
	recorded({
		type: "docker:index/volume:Volume",
		name: "sandbox-storage",
		...given,
	});
