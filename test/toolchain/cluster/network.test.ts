import { expect, test } from "vitest";
import { fullName } from "../../../toolchain/cluster/images.ts";
import { takenRoutes } from "../../../toolchain/cluster/network.ts";

test("names the machine's networks that have addresses of the cluster", () => {
	const routes = [
		{ dst: "default", dev: "eth0" },
		{ dst: "10.96.7.1", dev: "vpn0" },
		{ dst: "10.244.0.0/16", dev: "flannel.1" },
		{ dst: "10.213.0.0/27", dev: "br-1" },
		{ dst: "172.17.0.0/16", dev: "docker0" },
	];
	expect(takenRoutes(routes)).toEqual([
		"10.96.7.1 (vpn0)",
		"10.244.0.0/16 (flannel.1)",
	]);
});

test("takes a route to everything as one to the cluster, unless it is the default route", () => {
	expect(takenRoutes([{ dst: "0.0.0.0/0", dev: "tun0" }])).toEqual([
		"0.0.0.0/0 (tun0)",
	]);
});

test.each([
	["registry:3", "docker.io/library/registry:3"],
	["acme/api:1", "docker.io/acme/api:1"],
	["localhost/api:1", "localhost/api:1"],
	["127.0.0.1:5000/api:1", "127.0.0.1:5000/api:1"],
	["docker.io/library/node:24", "docker.io/library/node:24"],
])("containerd stores %s as %s", (name, full) => {
	expect(fullName(name)).toBe(full);
});
