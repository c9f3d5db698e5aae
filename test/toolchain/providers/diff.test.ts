import { describe, expect, test } from "vitest";
import { diffProperties } from "../../../toolchain/providers/diff.ts";
import { loadSchema } from "../../../toolchain/providers/schema.ts";
import {
	type PropertyMap,
	UNKNOWN,
} from "../../../toolchain/providers/values.ts";

const schema = loadSchema("docker");

function diff(type: string, state: PropertyMap, inputs: PropertyMap) {
	const resource = schema.resources[type];
	if (resource === undefined) throw new Error(`no ${type}`);
	return diffProperties(schema, resource, state, inputs);
}
const container = (state: PropertyMap, inputs: PropertyMap) =>
	diff("docker:index/container:Container", state, inputs);

const update = (path: string) => ({ path, kind: "update", replace: false });
const replace = (path: string, kind = "update") => ({
	path,
	kind,
	replace: true,
});

describe("finds no change", () => {
	test.each<[string, PropertyMap, PropertyMap]>([
		["in equal values", { user: "0", memory: 64 }, { user: "0", memory: 64 }],
		[
			"between an empty value and none",
			{ dns: [], tmpfs: {}, privileged: false, cpuShares: 0, user: "" },
			{},
		],
		["between no value and an empty one", {}, { dns: [], privileged: false }],
		[
			"when a value the engine chose is not mentioned",
			{
				command: ["nginx"],
				hostname: "a1b2",
				shmSize: 64,
				labels: [{ label: "a", value: "b" }],
			},
			{},
		],
		[
			"when a port the engine chose is not mentioned",
			{
				ports: [
					{ internal: 80, external: 32768, ip: "0.0.0.0", protocol: "tcp" },
				],
			},
			{ ports: [{ internal: 80, ip: "0.0.0.0", protocol: "tcp" }] },
		],
		[
			"in the order of a set",
			{
				envs: ["A=1", "B=2"],
				labels: [
					{ label: "a", value: "1" },
					{ label: "b", value: "2" },
				],
				networksAdvanced: [{ name: "n", aliases: ["x", "y"] }, { name: "m" }],
			},
			{
				envs: ["B=2", "A=1"],
				labels: [
					{ label: "b", value: "2" },
					{ label: "a", value: "1" },
				],
				networksAdvanced: [{ name: "m" }, { name: "n", aliases: ["y", "x"] }],
			},
		],
		["in outputs that are no inputs", { bridge: "x", exitCode: 1 }, {}],
	])("%s", (_what, state, inputs) => {
		expect(container(state, inputs)).toEqual([]);
	});
});

describe("replaces by the schema:", () => {
	test.each<[string, PropertyMap, PropertyMap, string, string?]>([
		["an image", { image: "a" }, { image: "b" }, "image"],
		[
			"the order of a list",
			{ command: ["a", "b"] },
			{ command: ["b", "b"] },
			"command[0]",
		],
		[
			"a list that grows",
			{ command: ["a"] },
			{ command: ["a", "b"] },
			"command[1]",
			"add",
		],
		[
			"a list that shrinks",
			{ command: ["a", "b"] },
			{ command: ["a"] },
			"command[1]",
			"delete",
		],
		[
			"the content of a file",
			{ uploads: [{ file: "/a", content: "1" }] },
			{ uploads: [{ file: "/a", content: "2" }] },
			"uploads[0]",
		],
		[
			"a port of the host",
			{ ports: [{ internal: 80, external: 8080 }] },
			{ ports: [{ internal: 80, external: 8081 }] },
			"ports[0].external",
		],
		[
			"a member of a set that comes",
			{ envs: ["A=1"] },
			{ envs: ["B=1", "A=1"] },
			"envs[0]",
			"add",
		],
		[
			"a member of a set that goes",
			{ envs: ["B=1", "A=1"] },
			{ envs: ["A=1"] },
			"envs[0]",
			"delete",
		],
		["a value that comes", {}, { user: "1000" }, "user", "add"],
		["a value that goes", { user: "1000" }, {}, "user", "delete"],
		[
			"a nested value",
			{ capabilities: { adds: ["A"], drops: ["ALL"] } },
			{ capabilities: { drops: ["ALL"] } },
			"capabilities.adds",
			"delete",
		],
		[
			"a map's value",
			{ sysctls: { "net.a": "1" } },
			{ sysctls: { "net.a": "2" } },
			'sysctls["net.a"]',
		],
		["what is not known yet", { image: "a" }, { image: UNKNOWN }, "image"],
		[
			"a part that is not known yet",
			{ envs: ["A=1"] },
			{ envs: [UNKNOWN] },
			"envs[0]",
		],
	])("%s", (_what, state, inputs, path, kind) => {
		expect(container(state, inputs)).toEqual([replace(path, kind)]);
	});

	test("a build that changes, by the parts that cannot change in place", () => {
		const remote = (before: PropertyMap, after: PropertyMap) =>
			diff(
				"docker:index/remoteImage:RemoteImage",
				{ build: before },
				{ build: after },
			);
		const build = { context: ".", remove: true };
		expect(remote(build, { ...build, context: "app" })).toEqual([
			replace("build.context"),
		]);
		expect(remote(build, { ...build, remove: false })).toEqual([
			update("build.remove"),
		]);
		expect(
			remote(
				{ ...build, buildArgs: { A: "1" } },
				{ ...build, buildArgs: { A: "2" } },
			),
		).toEqual([replace("build.buildArgs.A")]);
	});

	test("a build that comes or goes as a whole", () => {
		const type = "docker:index/remoteImage:RemoteImage";
		const build = { context: "." };
		expect(diff(type, {}, { build })).toEqual([replace("build", "add")]);
		expect(diff(type, { build }, {})).toEqual([replace("build", "delete")]);
	});
});

describe("updates in place by the schema:", () => {
	test.each<[string, PropertyMap, PropertyMap, string]>([
		["a limit", { memory: 64 }, { memory: 128 }, "memory"],
		["a policy", { restart: "no" }, { restart: "always" }, "restart"],
		[
			"a probe",
			{ healthcheck: { interval: "1s" } },
			{ healthcheck: { interval: "2s" } },
			"healthcheck.interval",
		],
		[
			"a mount in memory",
			{ tmpfs: { "/tmp": "size=1m" } },
			{ tmpfs: { "/tmp": "size=2m" } },
			'tmpfs["/tmp"]',
		],
	])("%s", (_what, state, inputs, path) => {
		expect(container(state, inputs)).toEqual([update(path)]);
	});

	test("a swap the engine chose goes when the program does not mention it, as with the official provider", () => {
		const state = { memory: 64, memorySwap: 128 };
		expect(container(state, { memory: 64 })).toEqual([
			{ path: "memorySwap", kind: "delete", replace: false },
		]);
	});
});

test("tells members of a set apart that were swapped for others", () => {
	const state = { dns: ["1.1.1.1", "8.8.8.8", "9.9.9.9"] };
	expect(container(state, { dns: ["9.9.9.9", "1.0.0.1"] })).toEqual([
		replace("dns[1]"),
		replace("dns[0]", "delete"),
	]);
});
