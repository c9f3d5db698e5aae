import { registriesOf } from "../registry/registries.ts";
import { serversOf } from "../registry/servers.ts";
import type { StackRule } from "../rule.ts";

/** Distribution's own garbage collection deletes the blobs of a push that is under way. */
export const nothingSweepsAServingStore: StackRule = {
	id: "TI-15",
	sentence: "nothing collects garbage in a store that a registry serves",
	remedy:
		"stop the registry for it, or make it read-only, and start it again afterwards",
	severity: "critical",
	link: "https://distribution.github.io/distribution/about/garbage-collection/",
	judgeStack(resources, report) {
		const served = registriesOf(resources)
			.filter(
				({ config }) => config.storage?.maintenance?.readonly?.enabled !== true,
			)
			.flatMap(({ server }) => server.stores.map(({ id }) => id));
		for (const { resource, name, command, stores } of serversOf(resources)) {
			if (!command.some((word) => word.includes("garbage-collect"))) continue;
			for (const { id } of stores) {
				if (served.includes(id))
					report(resource, `'${name}' collects garbage in '${id}'`);
			}
		}
	},
};
