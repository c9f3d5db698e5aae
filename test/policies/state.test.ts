import { expect, test } from "vitest";
import { SECRET } from "../../policies/resource.ts";
import { resourcesOfState } from "../../policies/state.ts";

const secret = (value: unknown) => ({
	"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
	plaintext: JSON.stringify(value),
});

const URN = "urn:pulumi:dev::registry-tiers::docker:index/volume:Volume::store";
const PROVIDER =
	"urn:pulumi:dev::registry-tiers::pulumi:providers:docker::engine";

const state = (resource: object) => ({
	deployment: {
		resources: [{ urn: URN, type: "docker:index/volume:Volume", ...resource }],
	},
});

test("shows secrets to the rules, and where they are", () => {
	const [resource] = resourcesOfState(
		state({
			inputs: { list: [{ inner: secret(["x", { y: 1 }]) }, null, "clear"] },
		}),
	);
	expect(resource?.props).toEqual({
		list: [{ inner: ["x", { y: 1 }] }, null, "clear"],
	});
	expect(resource?.encrypted).toEqual({
		list: [{ inner: SECRET }, null, "clear"],
	});
});

test("takes what the program asked for, and what the provider added", () => {
	const [resource] = resourcesOfState(
		state({ inputs: { a: 1 }, outputs: { a: 2, name: "store-1234567" } }),
	);
	expect(resource).toEqual({
		urn: URN,
		type: "docker:index/volume:Volume",
		name: "store",
		props: { a: 1, name: "store-1234567" },
		encrypted: { a: 1, name: "store-1234567" },
		options: {
			protect: false,
			retainOnDelete: false,
			deleteBeforeReplace: false,
		},
	});
});

test("knows protection and the provider", () => {
	const [resource] = resourcesOfState(
		state({
			protect: true,
			retainOnDelete: true,
			provider: `${PROVIDER}::0123-id`,
		}),
	);
	expect(resource?.options).toEqual({
		protect: true,
		retainOnDelete: true,
		deleteBeforeReplace: false,
	});
	expect(resource?.provider).toBe("engine");
});

test("leaves out what waits for its removal, and an empty state is empty", () => {
	expect(resourcesOfState(state({ delete: true }))).toEqual([]);
	expect(resourcesOfState({})).toEqual([]);
});
