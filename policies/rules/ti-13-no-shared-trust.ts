import { type RegistryServer, registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

/** A token for one tier must be worth nothing at another. */
export const noSharedTrust: StackRule = {
	id: "TI-13",
	sentence: "every tier has an issuer and keys of its own",
	remedy: "give each tier its own `service`, `issuer` and signing keys",
	severity: "critical",
	link: "https://distribution.github.io/distribution/spec/auth/token/",
	judgeStack(resources, report) {
		const registries = registriesOf(resources);
		for (const [index, one] of registries.entries()) {
			for (const other of registries.slice(0, index)) {
				// The replicas of a cache are one tier.
				if (one.tier === other.tier) continue;
				const issuer = issuerOf(one);
				if (issuer !== undefined && issuer === issuerOf(other))
					report(
						one.server.resource,
						`'${one.server.name}' and '${other.server.name}' trust the issuer ${issuer}`,
					);
				for (const key of one.trustedKeys) {
					if (other.trustedKeys.includes(key))
						report(
							one.server.resource,
							`'${one.server.name}' and '${other.server.name}' trust the key ${key}`,
						);
				}
			}
		}
	},
};

const issuerOf = ({ config }: RegistryServer) => config.auth?.token?.issuer;
