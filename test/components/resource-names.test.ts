import { expect, test } from "vitest";
import { tierResources } from "../../topology/resource-names.ts";
import { devEstate } from "../topology/dev-estate.ts";
import { estateOnDocker } from "./estate.ts";
import { deploy } from "./harness.ts";

const { resources } = await deploy(() => estateOnDocker());
const named = (type: string, name: string) =>
	resources
		.filter((r) => r.name === name && r.type.endsWith(type))
		.map(({ identity }) => identity);

test.each(devEstate().registries.map((r) => [r.name, r] as const))(
	"the servers and stores of %s are where the names say",
	(_name, registry) => {
		const { component, servers, storages } = tierResources(registry);
		for (const server of servers) {
			expect(named(":Container", server)).toEqual([
				`registry-tiers:index:${component}$docker:index/container:Container::${server}`,
			]);
		}
		for (const storage of storages) {
			expect(named(":Volume", storage)).toEqual([
				`registry-tiers:index:${component}$docker:index/volume:Volume::${storage}`,
			]);
		}
	},
);

test("no two registries claim the same server", () => {
	const servers = devEstate().registries.flatMap(
		(registry) => tierResources(registry).servers,
	);
	expect(new Set(servers).size).toBe(servers.length);
});
