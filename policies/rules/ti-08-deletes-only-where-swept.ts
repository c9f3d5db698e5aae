import { registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

const SWEPT = /^(?:sandbox|ci-[a-z]+)$/;

/** The engine's own switch stands behind the gate: what it refuses, no mistake in a grant can delete. */
export const deletesOnlyWhereSwept: StackRule = {
	id: "TI-08",
	sentence:
		"registries delete in Sandbox and CI alone, and Prod's public half writes nothing",
	remedy:
		"set storage.delete.enabled: false, and maintenance.readonly.enabled: true for Prod's public half",
	severity: "critical",
	link: "https://distribution.github.io/distribution/about/configuration/#delete",
	judgeStack(resources, report) {
		for (const { server, config, tier } of registriesOf(resources)) {
			const { storage } = config;
			if (storage?.delete?.enabled === true && !SWEPT.test(tier))
				report(
					server.resource,
					`'${server.name}' deletes, as a registry of the tier '${tier}'`,
				);
			if (tier === "prod" && storage?.maintenance?.readonly?.enabled !== true)
				report(server.resource, `'${server.name}' is not read-only`);
		}
	},
};
