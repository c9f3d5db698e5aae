import { describe, expect, test } from "vitest";
import {
	checkInputs,
	checkProviderConfig,
} from "../../../toolchain/providers/check.ts";
import { loadSchema } from "../../../toolchain/providers/schema.ts";
import {
	type PropertyMap,
	secret,
	UNKNOWN,
} from "../../../toolchain/providers/values.ts";

const schema = loadSchema("docker");

function check(type: string, inputs: PropertyMap) {
	const resource = schema.resources[type];
	if (resource === undefined) throw new Error(`no ${type}`);
	return checkInputs(schema, resource, inputs);
}
const container = (inputs: PropertyMap) =>
	check("docker:index/container:Container", { image: "nginx", ...inputs });

test("fills in the defaults of the official provider, also inside lists and secrets", () => {
	const { inputs, failures } = container({
		ports: [{ internal: 80 }, secret({ internal: 81, protocol: "udp" })],
		healthcheck: { tests: ["CMD", "true"], interval: "5s" },
		restart: "always",
	});
	expect(failures).toEqual([]);
	expect(inputs).toEqual({
		image: "nginx",
		attach: false,
		containerReadRefreshTimeoutMilliseconds: 15000,
		healthcheck: {
			tests: ["CMD", "true"],
			interval: "5s",
			timeout: "0s",
			startPeriod: "0s",
			startInterval: "0s",
			retries: 0,
		},
		logs: false,
		mustRun: true,
		networkMode: "bridge",
		ports: [
			{ internal: 80, ip: "0.0.0.0", protocol: "tcp" },
			secret({ internal: 81, ip: "0.0.0.0", protocol: "udp" }),
		],
		readOnly: false,
		removeVolumes: true,
		restart: "always",
		rm: false,
		start: true,
		stdinOpen: false,
		tty: false,
		wait: false,
		waitTimeout: 60,
	});
});

test("lets pass what is not known yet", () => {
	const { failures } = container({
		image: UNKNOWN,
		memory: UNKNOWN,
		ports: UNKNOWN,
		labels: [{ label: "a", value: UNKNOWN }],
		envs: [secret(UNKNOWN)],
	});
	expect(failures).toEqual([]);
});

test("takes null for absent", () => {
	expect(container({ memory: null, image: null }).failures).toEqual([
		{ property: "image", reason: "missing required property" },
	]);
});

describe("refuses, with the path and what was expected,", () => {
	test.each<[string, PropertyMap, string, string]>([
		[
			"an unknown property",
			{ ports: [{ internal: 80, extrenal: 80 }] },
			"ports[0].extrenal",
			'unknown property "extrenal"; known are external, internal, ip, protocol',
		],
		[
			"a property only the official plugin implements",
			{ devices: [] },
			"devices",
			'the stand-in for the docker plugin does not implement "devices"; leave it out, or install the official plugin docker 5.2.0',
		],
		[
			"a nested property only the official plugin implements",
			{ volumes: [{ containerPath: "/a", selinuxRelabel: "z" }] },
			"volumes[0].selinuxRelabel",
			'the stand-in for the docker plugin does not implement "selinuxRelabel"; leave it out, or install the official plugin docker 5.2.0',
		],
		[
			"a value only the official plugin implements",
			{ attach: true },
			"attach",
			"expected false, the only value the stand-in implements, got true",
		],
		[
			"a missing property",
			{ uploads: [{ content: "x" }] },
			"uploads[0].file",
			"missing required property",
		],
		[
			"text in place of a number",
			{ memory: "64" },
			"memory",
			'expected a whole number, got "64"',
		],
		[
			"a fraction of a number",
			{ memory: 1.5 },
			"memory",
			"expected a whole number, got 1.5",
		],
		[
			"a number below the minimum",
			{ memorySwap: -2 },
			"memorySwap",
			"expected at least -1, got -2",
		],
		[
			"text in place of a flag",
			{ readOnly: "yes" },
			"readOnly",
			'expected true or false, got "yes"',
		],
		[
			"a number in place of text",
			{ user: 0 },
			"user",
			"expected a string, got 0",
		],
		[
			"text in place of a list",
			{ command: "sleep" },
			"command",
			'expected a list, got "sleep"',
		],
		[
			"a list in place of an object",
			{ capabilities: ["ALL"] },
			"capabilities",
			'expected an object, got ["ALL"]',
		],
		[
			"text in place of a map",
			{ tmpfs: "/tmp" },
			"tmpfs",
			'expected an object, got "/tmp"',
		],
		[
			"a map value of the wrong type",
			{ tmpfs: { "/tmp": 1 } },
			'tmpfs["/tmp"]',
			"expected a string, got 1",
		],
		[
			"a value outside the allowed ones",
			{ mounts: [{ type: "nfs", target: "/a" }] },
			"mounts[0].type",
			'expected one of bind, volume, tmpfs, got "nfs"',
		],
		[
			"text that does not match",
			{ cpuSet: "0 to 3" },
			"cpuSet",
			'expected a value matching ^\\d+([,-]\\d+)*$, got "0 to 3"',
		],
		[
			"a duration without a unit",
			{ healthcheck: { interval: "30" } },
			"healthcheck.interval",
			'expected a duration such as 30s or 1m30s, got "30"',
		],
		[
			"content that is not base64",
			{ uploads: [{ file: "/a", contentBase64: "*" }] },
			"uploads[0].contentBase64",
			'expected base64-encoded content, got "*"',
		],
	])("%s", (_what, inputs, property, reason) => {
		expect(container(inputs).failures).toEqual([{ property, reason }]);
	});

	test("a builder that does not exist", () => {
		const { failures } = check("docker:index/image:Image", {
			imageName: "a",
			skipPush: true,
			build: { builderVersion: "BuilderV9" },
		});
		expect(failures).toEqual([
			{
				property: "build.builderVersion",
				reason: 'expected one of BuilderV1, BuilderBuildKit, got "BuilderV9"',
			},
		]);
	});
});

test("does not show the secret it refuses", () => {
	const inputs = {
		user: secret(["hunter22"]),
		ports: [secret({ internal: "hunter22" })],
	};
	expect(container(inputs).failures).toEqual([
		{ property: "user", reason: "expected a string, got a secret value" },
		{
			property: "ports[0].internal",
			reason: "expected a whole number, got a secret value",
		},
	]);
});

test("reports every problem at once", () => {
	const { failures } = check("docker:index/container:Container", {
		memory: "64",
		restart: "maybe",
	});
	expect(failures.map(({ property }) => property)).toEqual([
		"image",
		"restart",
		"memory",
	]);
});

test("checks the provider's own arguments", () => {
	const { failures } = checkProviderConfig(schema, {
		host: "unix:///run/docker.sock",
		hots: "a",
		sshOpts: ["-v"],
		registryAuth: [{ address: "a", configFile: "b" }],
	});
	expect(failures.map(({ property }) => property)).toEqual([
		"hots",
		"sshOpts",
		"registryAuth[0].configFile",
	]);
});
