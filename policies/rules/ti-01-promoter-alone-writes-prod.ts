import { frontsOf, gatesOf, promotersOf } from "../registry/jobs.ts";
import { callersOf, declaredPorts, portOf } from "../registry/reach.ts";
import { registriesOf } from "../registry/registries.ts";
import type { Server } from "../registry/servers.ts";
import type { StackRule } from "../rule.ts";

const WRITES = ["create", "retag", "delete", "push"];

/** Whatever else fails, nothing gets into Prod that did not go through promotion. */
export const promoterAloneWritesProd: StackRule = {
	id: "TI-01",
	sentence:
		"the promoter alone may write Prod, by its gate's grants and by the network",
	remedy:
		"take the grant away, and let only the promoter into the network of Prod's writing front",
	severity: "critical",
	link: "https://slsa.dev/spec/v1.0/threats",
	judgeStack(resources, report) {
		const gates = gatesOf(resources);
		for (const { server, config } of gates) {
			for (const { name, grants } of config.registries) {
				if (!/^prod(?:-|$)/.test(name)) continue;
				for (const [principal, actions] of Object.entries(grants)) {
					const writes = actions.filter((action) => WRITES.includes(action));
					const expected =
						name === "prod-rw" && principal === "promoter" ? ["create"] : [];
					const more = writes.filter((action) => !expected.includes(action));
					if (more.length > 0)
						report(
							server.resource,
							`'${principal}' may ${more.join(", ")} in '${name}'`,
						);
				}
			}
		}

		const promoters = promotersOf(resources).map(({ server }) => server);
		const between = [
			...gates.map(({ server }) => server),
			...frontsOf(resources),
		];
		for (const { server, tier, config } of registriesOf(resources)) {
			if (tier !== "prod-rw") continue;
			const callers = callersOf(resources, server, [portOf(config.http?.addr)]);
			for (const caller of callers) {
				if (!between.includes(caller)) {
					report(
						caller.resource,
						`'${caller.name}' can connect to '${server.name}'`,
					);
					continue;
				}
				for (const beyond of callersOf(
					resources,
					caller,
					declaredPorts(caller),
				)) {
					const known: readonly Server[] = [server, ...callers, ...promoters];
					if (!known.some(({ resource }) => resource === beyond.resource))
						report(
							beyond.resource,
							`'${beyond.name}' can connect to '${caller.name}', which leads to '${server.name}'`,
						);
				}
			}
		}
	},
};
