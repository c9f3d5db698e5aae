import type { ResourceRule } from "../rule.ts";

/** A default provider takes cluster, account or engine from whoever's machine the program runs on. */
export const providersAreExplicit: ResourceRule = {
	id: "ST-01",
	sentence: "every resource has a provider that the program made",
	remedy: "pass `provider`, or `providers` to the component it belongs to",
	severity: "high",
	link: "https://www.pulumi.com/docs/iac/concepts/resources/providers/#disabling-default-providers",
	judge({ provider = "" }, report) {
		if (/^default(?:_|$)/.test(provider))
			report(`it uses the provider '${provider}'`);
	},
};
