import { callersOf, portOf } from "../registry/reach.ts";
import { isOrigin, registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

/** Everybody may push to Sandbox: what runs there is taken to be hostile. */
export const noPathFromSandboxToProd: StackRule = {
	id: "TI-07",
	sentence: "the Sandbox can connect to no registry whose contents are kept",
	remedy:
		"take the Sandbox's server out of that network, or the flow out of the NetworkPolicies",
	severity: "critical",
	link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
	judgeStack(resources, report) {
		const registries = registriesOf(resources);
		const sandboxes = registries.filter(({ tier }) => tier === "sandbox");
		for (const target of registries) {
			if (!isOrigin(target) || !/^(?:prod|archive)/.test(target.tier)) continue;
			const port = portOf(target.config.http?.addr);
			const callers = callersOf(resources, target.server, [port]);
			for (const { server } of sandboxes) {
				if (callers.includes(server))
					report(
						server.resource,
						`'${server.name}' can connect to '${target.server.name}'`,
					);
			}
		}
	},
};
