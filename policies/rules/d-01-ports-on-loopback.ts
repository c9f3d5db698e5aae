import { containerOf } from "../docker/containers.ts";
import type { ResourceRule } from "../rule.ts";

const LOOPBACK = ["127.0.0.1", "::1"];

/** Docker publishes a port on every interface unless it is told otherwise, past the host's firewall. */
export const portsOnLoopback: ResourceRule = {
	id: "D-01",
	sentence: "a container publishes ports on the loopback interface alone",
	remedy: 'set ip: "127.0.0.1" for the port',
	severity: "high",
	link: "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
	judge(resource, report) {
		const {
			ports = [],
			networkMode,
			publishAllPorts,
		} = containerOf(resource) ?? {};
		for (const { ip = "0.0.0.0", external = "a port" } of ports) {
			if (!LOOPBACK.includes(ip)) report(`${external} is published on ${ip}`);
		}
		if (publishAllPorts === true) report("every port is published");
		if (networkMode === "host")
			report("the container uses the network of the host");
	},
};
