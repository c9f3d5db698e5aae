import { kindOf, metadataOf, namespaceOf } from "../kubernetes/objects.ts";
import { podOf } from "../kubernetes/pods.ts";
import { isOrigin, registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

/** What Prod and Archive hold is nowhere else, and `down` must not be able to take it along. */
export const keptDataIsProtected: StackRule = {
	id: "TI-02",
	sentence:
		"the claims of Prod and Archive are protected and retained, and never deleted before they are replaced",
	remedy: "make the storage with durability 'kept': protect and retainOnDelete",
	severity: "critical",
	link: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
	judgeStack(resources, report) {
		const stores = registriesOf(resources)
			.filter(
				(registry) =>
					isOrigin(registry) && /^(?:prod|archive)/.test(registry.tier),
			)
			.flatMap(({ server }) => (server.place ? server.stores : []));
		const kept = new Set(stores.map(({ id }) => id));
		for (const resource of resources) {
			const isClaim =
				kindOf(resource) === "PersistentVolumeClaim" &&
				kept.has(`${namespaceOf(resource)}/${metadataOf(resource).name}`);
			// Whoever deletes a namespace deletes the claims in it.
			const holdsClaim =
				kindOf(resource) === "Namespace" &&
				[...kept].some((id) => id.startsWith(`${metadataOf(resource).name}/`));
			const makesClaim = podOf(resource)?.claimTemplates.some(({ metadata }) =>
				kept.has(`${namespaceOf(resource)}/${metadata?.name}-${resource.name}`),
			);
			if (!isClaim && !holdsClaim && !makesClaim) continue;
			const { protect, retainOnDelete, deleteBeforeReplace } = resource.options;
			if (!protect) report(resource, "it is not protected");
			if (retainOnDelete === false)
				report(resource, "it is not retained when it is deleted");
			if (deleteBeforeReplace)
				report(resource, "it is deleted before it is replaced");
		}
	},
};
