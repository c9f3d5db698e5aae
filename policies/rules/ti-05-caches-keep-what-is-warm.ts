import { registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

/** The point of a cache is the hour in which home is away. */
export const cachesKeepWhatIsWarm: StackRule = {
	id: "TI-05",
	sentence:
		"a cache asks its origin through its own front, starts without it, and never drops a warm image by age",
	remedy:
		"set proxy.ttl: 0s, proxy.exec with a lifetime instead of a password, and a remoteurl in the cache's own domain",
	severity: "high",
	link: "https://distribution.github.io/distribution/about/configuration/#proxy",
	judgeStack(resources, report) {
		for (const { server, config } of registriesOf(resources)) {
			const { proxy } = config;
			if (!proxy) continue;
			const say = (fact: string) =>
				report(server.resource, `'${server.name}' ${fact}`);
			// A TTL counts from the first fetch, and unset it is a week.
			if (Number.parseFloat(proxy.ttl ?? "168") !== 0)
				say(`has the ttl ${proxy.ttl ?? "unset"}`);
			// With a name and a password distribution asks the origin while it starts, and ends if that is away.
			if (proxy.username ?? proxy.password)
				say("has a password in its configuration");
			if (!proxy.exec?.command) say("has no proxy.exec");
			else if (!proxy.exec.lifetime) say("has a proxy.exec without a lifetime");
			const { protocol, hostname } = new URL(proxy.remoteurl ?? "unset:");
			const own = domainOf(
				new URL(config.auth?.token?.realm ?? "unset:").hostname,
			);
			const inside = hostname.endsWith(`.${own}`) || isInCluster(hostname);
			if (protocol !== "https:" && !inside)
				say(`asks ${proxy.remoteurl} without TLS, beyond ${own}`);
		}
	},
};

const domainOf = (host: string) => host.slice(host.indexOf(".") + 1);

/** A Service's name: its traffic stays in the cluster. */
const isInCluster = (host: string) =>
	/\.svc(?:\.|$)/.test(host) || !host.includes(".");
