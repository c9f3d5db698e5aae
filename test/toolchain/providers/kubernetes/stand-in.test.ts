import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KubernetesStandIn } from "../../../../toolchain/providers/kubernetes/stand-in.ts";
import type { Target } from "../../../../toolchain/providers/provider.ts";
import {
	type PropertyMap,
	secret,
	UNKNOWN,
} from "../../../../toolchain/providers/values.ts";

// What the API server really does with objects is tried on a real one, in test/kubernetes. Here it only tells
// its kinds, and notes whatever else it is asked.
const KINDS = {
	"/api/v1": [
		{ name: "configmaps", kind: "ConfigMap", namespaced: true },
		{ name: "namespaces", kind: "Namespace", namespaced: false },
	],
} as const;

let server: Server;
let asked: string[];
let logged: string[];
let standIn: KubernetesStandIn;

beforeEach(async () => {
	asked = [];
	logged = [];
	server = createServer((request, response) => {
		const { url = "", method } = request;
		const resources = KINDS[url as keyof typeof KINDS];
		if (!resources) asked.push(`${method} ${url}`);
		response
			.writeHead(resources ? 200 : 404)
			.end(JSON.stringify(resources ? { resources } : {}));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	standIn = new KubernetesStandIn();
	await standIn.configure({ kubeconfig: kubeconfig() });
});
afterEach(() => {
	server.close();
	server.closeAllConnections();
});

function kubeconfig(): string {
	const { port } = server.address() as AddressInfo;
	return JSON.stringify({
		clusters: [
			{
				name: "c",
				cluster: {
					server: `http://127.0.0.1:${port}`,
					"insecure-skip-tls-verify": true,
				},
			},
		],
		users: [{ name: "u", user: { token: "t" } }],
		contexts: [
			{ name: "c", context: { cluster: "c", user: "u", namespace: "team" } },
		],
		"current-context": "c",
	});
}

const target = (type: string): Target => ({
	type: `kubernetes:${type}`,
	call: {
		name: "front",
		signal: new AbortController().signal,
		timeoutSeconds: 0,
		log: (severity, message) => logged.push(`${severity}: ${message}`),
		status: () => {},
	},
});
const CONFIG_MAP = target("core/v1:ConfigMap");
const seed = Buffer.from("0123456789abcdef", "hex");
const check = (inputs: PropertyMap, at = CONFIG_MAP) =>
	standIn.check(at, inputs, {}, seed);

describe("inputs", () => {
	test("get a name and the kubeconfig's namespace, and keep their secrets", async () => {
		expect(await check({ data: { a: secret("x") } })).toEqual({
			failures: [],
			inputs: {
				apiVersion: "v1",
				kind: "ConfigMap",
				metadata: {
					annotations: { "pulumi.com/autonamed": "true" },
					name: "front-01234567",
					namespace: "team",
				},
				data: { a: secret("x") },
			},
		});
	});

	test("get no namespace where the kind has none, and one where the kind is not known yet", async () => {
		const named = { metadata: { name: "prod" } };
		const space = await check(named, target("core/v1:Namespace"));
		expect(space.inputs.metadata).toEqual({ name: "prod" });
		const custom = await check(named, target("cert-manager.io/v1:Issuer"));
		expect(custom.inputs.metadata).toEqual({ name: "prod", namespace: "team" });
	});

	test("are refused where the stand-in would do less than they ask", async () => {
		const { failures } = await check({
			metadata: {
				generateName: "front-",
				annotations: { "pulumi.com/waitFor": "condition=Ready" },
			},
		});
		expect(failures).toEqual([
			{
				property: 'metadata.annotations["pulumi.com/waitFor"]',
				reason:
					"the stand-in for the kubernetes plugin does not implement pulumi.com/waitFor; leave it out, or install the official plugin",
			},
			{
				property: "metadata.generateName",
				reason:
					"server-side apply needs a name: leave both out for an automatic one",
			},
		]);
		expect((await check({ metadata: secret({ name: "x" }) })).failures).toEqual(
			[
				{
					property: "metadata",
					reason:
						"an object's metadata is shown to all who may list it: only values inside may be secret",
				},
			],
		);
	});
});

describe("a preview", () => {
	const inputs = {
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { name: "front", namespace: "team" },
		data: { a: "1" },
	};

	test("asks the API server by a dry run", async () => {
		await expect(standIn.previewCreate(CONFIG_MAP, inputs)).rejects.toThrow(
			"the API server answered 404",
		);
		expect(asked).toEqual([
			expect.stringMatching(
				/^POST \/api\/v1\/namespaces\/team\/configmaps\?fieldManager=pulumi-kubernetes-[0-9a-f]{8}&dryRun=All&fieldValidation=Strict$/,
			),
		]);
	});

	test("tells the API server nothing of values that are not known yet", async () => {
		const unknown = { ...inputs, data: { a: secret(UNKNOWN) } };
		expect(await standIn.previewCreate(CONFIG_MAP, unknown)).toBe(unknown);
		expect(await standIn.previewUpdate(CONFIG_MAP, inputs, unknown, [])).toBe(
			unknown,
		);
		expect(asked).toEqual([]);
	});

	test("goes on without an API server, and says so; an update does not", async () => {
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		server.close();
		server.closeAllConnections();
		const away = `no Kubernetes API server answers at ${url}: connect ECONNREFUSED ${url.replace("http://", "")}`;
		expect((await check({ data: {} })).failures).toEqual([]);
		expect(await standIn.previewCreate(CONFIG_MAP, inputs)).toBe(inputs);
		expect(logged).toEqual([`warning: ${away}; the preview is without it`]);
		await expect(standIn.create(CONFIG_MAP, inputs)).rejects.toThrow(
			new Error(`ConfigMap "team/front" was not made: ${away}`),
		);
	});
});

test("what is gone already is read as gone and removed without complaint", async () => {
	const resource = { id: "team/front", outputs: {} };
	expect(await standIn.read(CONFIG_MAP, resource, {})).toBeUndefined();
	await standIn.delete(CONFIG_MAP, resource);
	const custom = target("cert-manager.io/v1:Issuer");
	expect(await standIn.read(custom, resource, {})).toBeUndefined();
	await standIn.delete(custom, resource);
});

test("arguments that the stand-in does not implement are refused by name", () => {
	expect(
		standIn.checkConfig({
			enableServerSideApply: "false",
			renderYamlToDirectory: "/tmp",
		}).failures,
	).toEqual([
		{
			property: "enableServerSideApply",
			reason:
				"expected true, the only value the stand-in implements, got false",
		},
		{
			property: "renderYamlToDirectory",
			reason:
				'the stand-in for the kubernetes plugin does not implement "renderYamlToDirectory"; leave it out, or install the official plugin kubernetes 4.34.2',
		},
	]);
});
