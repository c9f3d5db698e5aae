import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestStack, testStack } from "../engine/engine.ts";
import {
	create,
	ensureCluster,
	KUBECONFIG,
	names,
	patch,
	read,
	remove,
} from "./provider-cluster.ts";

// Namespaces of a run of its own: a run that was killed leaves its own behind.
const RUN = randomBytes(3).toString("hex");
const NAMESPACE = `objects-${RUN}`;

// A namespace with all that needs no controller; each test says what it wants different.
const PROGRAM = `
	import * as k8s from "@pulumi/kubernetes";
	import * as pulumi from "@pulumi/pulumi";
	const want = JSON.parse(process.env.WANT ?? "{}");
	const provider = new k8s.Provider("cluster", { kubeconfig: process.env.CLUSTER, ...want.provider });
	const options = { provider };
	const space = new k8s.core.v1.Namespace("space", { metadata: { name: "${NAMESPACE}" } }, options);
	const namespace = space.metadata.name;
	const config = new k8s.core.v1.ConfigMap("config", { metadata: { namespace }, data: { a: want.a ?? "1" } }, options);
	const fixed = new k8s.core.v1.ConfigMap("fixed", {
		metadata: { namespace, name: "fixed", labels: want.labels }, data: want.fixed ?? { a: "1", b: "1" },
	}, { ...options, ignoreChanges: want.ignored });
	if (want.adopt) new k8s.core.v1.ConfigMap("adopted", {
		metadata: { namespace, name: "theirs", labels: { app: "theirs" } }, data: want.adopt,
	}, { ...options, import: "${NAMESPACE}/theirs", retainOnDelete: true });
	const key = new k8s.core.v1.Secret("key", { metadata: { namespace }, stringData: { key: pulumi.secret(want.key ?? "canary-1") } }, options);
	const app = new k8s.apps.v1.Deployment("app", {
		metadata: { namespace, annotations: { "pulumi.com/skipAwait": "true" } },
		spec: {
			replicas: want.replicas ?? 1,
			selector: { matchLabels: { app: want.app ?? "app" } },
			template: {
				metadata: { labels: { app: want.app ?? "app" } },
				spec: {
					containers: [{
						name: "app", image: "nowhere.test/app:1", resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
						env: [{ name: "KEY", value: pulumi.secret("canary-2") }], ...want.container,
					}],
					volumes: [{ name: "config", configMap: { name: config.metadata.name } }],
				},
			},
		},
	}, options);
	for (const [name, spec] of Object.entries(want.more ?? {})) {
		const Type = spec.apiVersion ? k8s.apiextensions.CustomResource : k8s.core.v1.ConfigMap;
		new Type(name, { ...spec, metadata: { namespace, ...spec.metadata } }, options);
	}
	export const outputs = {
		config: config.metadata.name, key: key.metadata.name, data: key.data, uid: app.metadata.uid, namespace: app.metadata.namespace,
	};
`;

interface Outputs {
	readonly config: string;
	readonly key: string;
	readonly data: Readonly<Record<string, string>>;
	readonly uid: string;
}

const FIXED = {
	apiVersion: "v1",
	kind: "ConfigMap",
	metadata: { name: "fixed", namespace: NAMESPACE },
};

let stack: TestStack;

const want = (changes: object = {}) => ({
	env: { CLUSTER: KUBECONFIG, WANT: JSON.stringify(changes) },
});
const outputs = async () =>
	(await stack.outputs<{ outputs: Outputs }>()).outputs;
const configMap = (name: string) => read("v1", "ConfigMap", NAMESPACE, name);

beforeAll(async () => {
	await ensureCluster();
	stack = await testStack(PROGRAM);
	await stack.up(want());
});
afterAll(() => stack.remove());

describe("what is made", () => {
	test("is named after the resource with eight hex digits", async () => {
		const { config, key } = await outputs();
		expect(config).toMatch(/^config-[0-9a-f]{8}$/);
		expect(key).toMatch(/^key-[0-9a-f]{8}$/);
	});

	test("is not touched by a second update, refresh or preview", async () => {
		expect((await stack.up(want())).steps).toEqual([]);
		expect((await stack.preview(want())).steps).toEqual([]);
		await stack.expectNoDrift(want());
		expect((await stack.up(want())).steps).toEqual([]);
	});

	test("has no secret in clear in the state, in neither form", async () => {
		const state = await stack.exported();
		expect((await outputs()).data).toEqual({
			key: Buffer.from("canary-1").toString("base64"),
		});
		for (const canary of ["canary-1", "canary-2"]) {
			expect(state).not.toContain(canary);
			expect(state).not.toContain(Buffer.from(canary).toString("base64"));
		}
	});
});

describe("a change", () => {
	test("of a ConfigMap with an automatic name makes a new one, and what uses it follows", async () => {
		const { config: before } = await outputs();
		const { steps } = await stack.up(want({ a: "2" }));
		expect(steps).toEqual([
			"create-replacement config",
			"replace config",
			"update app",
			"delete-replaced config",
		]);
		const { config } = await outputs();
		expect(config).not.toBe(before);
		expect(
			(await read("apps/v1", "Deployment", NAMESPACE, await appName())).spec
				.template.spec.volumes[0].configMap.name,
		).toBe(config);
		await stack.up(want());
	});

	test("of one with a name is made in place, and what the program drops goes", async () => {
		const { changes } = await stack.up(
			want({ fixed: { a: "2", c: "3" }, labels: { new: "yes" } }),
		);
		expect(changes).toEqual({
			fixed: ["data.a", "data.b", "data.c", "metadata.labels"],
		});
		const { data, metadata } = await configMap("fixed");
		expect(data).toEqual({ a: "2", c: "3" });
		expect(metadata.labels).toEqual({ new: "yes" });
		await stack.up(want());
		expect((await configMap("fixed")).data).toEqual({ a: "1", b: "1" });
	});

	test("of a Secret shows in no preview", async () => {
		const { output, steps } = await stack.preview(want({ key: "canary-3" }));
		expect(steps).toEqual([
			"create-replacement key",
			"replace key",
			"delete-replaced key",
		]);
		expect(output).not.toContain("canary");
	});

	test("of a selector replaces the Deployment, under another automatic name", async () => {
		const { steps, changes } = await stack.preview(want({ app: "other" }));
		expect(steps).toEqual([
			"create-replacement app",
			"replace app",
			"delete-replaced app",
		]);
		expect(changes.app).toEqual([
			"spec.selector.matchLabels.app",
			"spec.template.metadata.labels.app",
		]);
	});
});

describe("what somebody else changes", () => {
	test("is found by a refresh and put right, when the program wants it so", async () => {
		await patch(
			{ ...FIXED, data: { a: "drift", theirs: "1" } },
			"kubectl-edit",
		);
		await expect(stack.expectNoDrift(want())).rejects.toThrow();
		const { output } = await stack.failingUp(want());
		expect(output).toContain(
			`ConfigMap "${NAMESPACE}/fixed" was not changed: Apply failed with 1 conflict: conflict with "kubectl-edit"`,
		);
		expect(output).toContain(
			"leave the fields to their manager, or take them over with the annotation pulumi.com/patchForce",
		);
		const { changes } = await stack.up(
			want({ provider: { enablePatchForce: true } }),
		);
		expect(changes).toEqual({ fixed: ["data.a"] });
		// What the program never named stays with who set it.
		expect((await configMap("fixed")).data).toEqual({
			a: "1",
			b: "1",
			theirs: "1",
		});
		expect((await stack.up({ ...want(), refresh: true })).steps).toEqual([]);
	});

	test("is left alone under ignored paths", async () => {
		await patch({ ...FIXED, data: { b: "theirs" } }, "kubectl-edit");
		const ignoring = want({ ignored: ["data.b"], labels: { new: "yes" } });
		const { changes } = await stack.up({ ...ignoring, refresh: true });
		expect(changes).toEqual({ fixed: ["metadata.labels"] });
		expect((await configMap("fixed")).data.b).toBe("theirs");
	});

	test("and removes is made anew after a refresh", async () => {
		await remove(FIXED);
		const { steps } = await stack.up({ ...want(), refresh: true });
		expect(steps).toContain("create fixed");
		expect((await configMap("fixed")).data).toEqual({ a: "1", b: "1" });
	});
});

test("an object that somebody else made is imported as it is, and stays when the program lets it go", async () => {
	const theirs = {
		...FIXED,
		metadata: {
			name: "theirs",
			namespace: NAMESPACE,
			labels: { app: "theirs" },
		},
		data: { a: "1" },
	};
	await create(theirs);
	const adopting = want({ adopt: theirs.data });
	expect((await stack.up(adopting)).steps).toEqual(["import adopted"]);
	expect((await stack.up(adopting)).steps).toEqual([]);
	expect((await stack.up(want())).steps).toEqual(["delete adopted"]);
	expect((await configMap("theirs")).data).toEqual({ a: "1" });
	await remove(theirs);
});

describe("fails with the server's words", () => {
	test("a preview of an object that is not valid", async () => {
		const { output } = await stack.failingPreview(
			want({ container: { ports: [{ containerPort: 0 }] } }),
		);
		expect(output).toContain(
			"spec.template.spec.containers[0].ports[0].containerPort: Required value",
		);
	});

	test("a preview of a field that does not exist", async () => {
		const more = {
			typo: {
				apiVersion: "rbac.authorization.k8s.io/v1",
				kind: "Role",
				ruls: [],
			},
		};
		const { output } = await stack.failingPreview(want({ more }));
		expect(output).toContain('unknown field "ruls"');
	});

	test("an update that would take over what exists", async () => {
		const more = {
			twin: { metadata: { name: "fixed" }, data: { a: "twin" } },
		};
		const { output } = await stack.failingUp(want({ more }));
		expect(output).toContain(
			`ConfigMap "${NAMESPACE}/fixed" was not made: configmaps "fixed" already exists; import it, choose another name, or set the provider's upsertExistingObjects to take it over`,
		);
		expect((await configMap("fixed")).data).toEqual({ a: "1", b: "1" });
	});

	test("an update of a kind that the cluster does not have, which a preview lets pass", async () => {
		const more = {
			certificate: { apiVersion: "cert-manager.io/v1", kind: "Certificate" },
		};
		expect((await stack.preview(want({ more }))).steps).toEqual([
			"create certificate",
		]);
		const { output } = await stack.failingUp(want({ more }));
		expect(output).toContain(
			"was not made: the API server has no cert-manager.io/v1 Certificate: create its CustomResourceDefinition first, or correct the version",
		);
	});
});

test("a kubeconfig of the environment changes nothing when the program gives one", async () => {
	const hostile = want();
	const { steps } = await stack.up({
		env: { ...hostile.env, KUBECONFIG: "/nonexistent" },
	});
	expect(steps).toEqual([]);
});

test("a context that the kubeconfig does not have is said before anything is done", async () => {
	const { output, steps } = await stack.failingPreview(
		want({ provider: { context: "prod" } }),
	);
	expect(output).toMatch(/the kubeconfig has no context "prod"; it has \w+/);
	expect(steps).toEqual([]);
});

test("all of it goes, and takes nothing else along", async () => {
	await stack.destroy();
	for (const kind of ["ConfigMap", "Secret"])
		expect(await names("v1", kind, NAMESPACE)).toEqual([]);
});

async function appName(): Promise<string> {
	const [name = ""] = await names("apps/v1", "Deployment", NAMESPACE);
	return name;
}
