import { gatesOf, housekeepersOf } from "../registry/jobs.ts";
import type { StackRule } from "../rule.ts";

const KEPT = /^(?:prod|archive)/;

/** A retention rule that is wrong once has deleted the one copy there was. */
export const nothingSweepsKeptTiers: StackRule = {
	id: "TI-09",
	sentence: "no job cleans Prod or the Archive, and nobody may delete there",
	remedy:
		"take the registry out of the cleanup, and the grant `delete` out of its gate",
	severity: "critical",
	link: "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
	judgeStack(resources, report) {
		for (const { server, config } of housekeepersOf(resources)) {
			for (const { name } of config.cleanup?.registries ?? []) {
				if (KEPT.test(name))
					report(server.resource, `'${server.name}' cleans '${name}'`);
			}
		}
		for (const { server, config } of gatesOf(resources)) {
			for (const { name, grants } of config.registries) {
				for (const [principal, actions] of Object.entries(grants)) {
					if (KEPT.test(name) && actions.includes("delete"))
						report(server.resource, `'${principal}' may delete in '${name}'`);
				}
			}
		}
	},
};
