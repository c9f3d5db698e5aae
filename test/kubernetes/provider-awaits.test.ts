import { randomBytes } from "node:crypto";
import { once } from "node:events";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadImage } from "../../toolchain/cluster/images.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { type TestStack, testStack } from "../engine/engine.ts";
import { podSpec } from "./pods.ts";
import { ensureCluster, KUBECONFIG, names, read } from "./provider-cluster.ts";

const NAMESPACE = `awaits-${randomBytes(3).toString("hex")}`;

// One of each kind that an estate is made of, in a namespace with Pod Security `restricted`.
const PROGRAM = `
	import * as k8s from "@pulumi/kubernetes";
	const want = JSON.parse(process.env.WANT);
	const pod = (more = {}) => ({ ...want.pod, ...more });
	const provider = new k8s.Provider("cluster", { kubeconfig: process.env.CLUSTER });
	const options = { provider, customTimeouts: { create: want.timeout ?? "3m", update: want.timeout ?? "3m" } };
	const space = new k8s.core.v1.Namespace("space", {
		metadata: { name: "${NAMESPACE}", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
	}, options);
	const namespace = space.metadata.name;
	const named = (name) => ({ metadata: { name, namespace } });
	const selector = (app) => ({ matchLabels: { app } });
	const template = (app, spec) => ({ metadata: { labels: { app } }, spec });
	const config = new k8s.core.v1.ConfigMap("config", { metadata: { namespace }, data: { greeting: want.greeting ?? "hello" } }, options);
	const [server] = want.pod.containers;
	const app = new k8s.apps.v1.Deployment("app", {
		...named("app"),
		spec: {
			replicas: 1, selector: selector("app"),
			template: template("app", pod({
				containers: [{
					...server, ...want.container,
					env: [{ name: "GREETING", valueFrom: { configMapKeyRef: { name: config.metadata.name, key: "greeting" } } }],
				}],
			})),
		},
	}, options);
	new k8s.core.v1.Service("web", { ...named("web"), spec: { selector: { app: "app" }, ports: [{ port: 80, targetPort: 8080 }] } }, options);
	new k8s.core.v1.Service("peers", { ...named("peers"), spec: { clusterIP: "None", selector: { app: "cache" } } }, options);
	new k8s.core.v1.PersistentVolumeClaim("store", {
		...named("store"), spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
	}, options);
	new k8s.apps.v1.StatefulSet("cache", {
		...named("cache"),
		spec: {
			replicas: 2, serviceName: "peers", selector: selector("cache"), template: template("cache", pod()),
			volumeClaimTemplates: [{
				metadata: { name: "blobs" },
				spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
			}],
		},
	}, options);
	new k8s.batch.v1.Job("once", {
		...named("once"),
		spec: { backoffLimit: 0, template: template("once", pod({
			restartPolicy: "Never", containers: [{ ...server, readinessProbe: undefined, command: ["node", "-e", want.job ?? "0"] }],
		})) },
	}, options);
	new k8s.batch.v1.CronJob("nightly", {
		...named("nightly"),
		spec: {
			schedule: "0 3 * * *", timeZone: "Etc/UTC", concurrencyPolicy: "Forbid", startingDeadlineSeconds: 300,
			jobTemplate: { spec: { backoffLimit: 1, template: template("nightly", pod({ restartPolicy: "Never" })) } },
		},
	}, options);
	new k8s.policy.v1.PodDisruptionBudget("budget", { ...named("budget"), spec: { minAvailable: 1, selector: selector("cache") } }, options);
	new k8s.networking.v1.NetworkPolicy("deny", { ...named("deny"), spec: { podSelector: selector("cache"), policyTypes: ["Ingress"] } }, options);
	const account = new k8s.core.v1.ServiceAccount("account", { ...named("account"), automountServiceAccountToken: false }, options);
	const role = new k8s.rbac.v1.Role("role", { ...named("role"), rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }, options);
	new k8s.rbac.v1.RoleBinding("binding", {
		...named("binding"),
		roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
		subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
	}, options);
	export const config_name = config.metadata.name;
`;

let stack: TestStack;
let image: string;

const want = (changes: object = {}) => ({
	env: {
		CLUSTER: KUBECONFIG,
		WANT: JSON.stringify({ pod: podSpec(image), ...changes }),
	},
});
const deployment = () => read("apps/v1", "Deployment", NAMESPACE, "app");
const appPods = async () =>
	(await names("v1", "Pod", NAMESPACE)).filter((name) =>
		name.startsWith("app-"),
	);

beforeAll(async () => {
	await ensureCluster();
	image = await loadImage(new Docker(), versions.images.node);
	stack = await testStack(PROGRAM);
	await stack.up(want());
});
afterAll(() => stack.remove());

test("an update ends when everything is ready", async () => {
	expect((await deployment()).status.availableReplicas).toBe(1);
	const cache = await read("apps/v1", "StatefulSet", NAMESPACE, "cache");
	expect(cache.status.availableReplicas).toBe(2);
	const store = await read("v1", "PersistentVolumeClaim", NAMESPACE, "store");
	expect(store.status.phase).toBe("Bound");
	const once = await read("batch/v1", "Job", NAMESPACE, "once");
	expect(once.status.succeeded).toBe(1);
});

test("a second update and a refresh find nothing to do", async () => {
	expect((await stack.up(want())).steps).toEqual([]);
	await stack.expectNoDrift(want());
	expect((await stack.up({ ...want(), refresh: true })).steps).toEqual([]);
});

test("another configuration rolls the pods that use it, and no others", async () => {
	const before = await appPods();
	const { steps } = await stack.up(want({ greeting: "good day" }));
	expect(steps).toEqual([
		"create-replacement config",
		"replace config",
		"update app",
		"delete-replaced config",
	]);
	const after = await appPods();
	expect(after).toHaveLength(1);
	expect(before).not.toContain(after[0]);
	await stack.up(want());
});

describe("an update fails and says why", () => {
	test("when an image is nowhere to be had; with the right one the next goes on", async () => {
		const broken = {
			container: { image: "nowhere.test/app:1", imagePullPolicy: "Never" },
			timeout: "15s",
		};
		const { output } = await stack.failingUp(want(broken));
		expect(output).toMatch(
			new RegExp(
				`Deployment "${NAMESPACE}/app" is not ready after 15 s: 1 old pods are still to end\\s+pod app-\\S+: container server: ErrImageNeverPull: Container image "nowhere.test/app:1" is not present with pull policy of Never`,
			),
		);
		// The old pod serves on meanwhile.
		expect((await deployment()).status.availableReplicas).toBe(1);
		expect((await stack.up(want())).steps).toEqual(["update app"]);
		expect((await stack.up(want())).steps).toEqual([]);
	});

	test("when Pod Security refuses the pods, which no preview tells", async () => {
		const privileged = want({
			container: { securityContext: { allowPrivilegeEscalation: true } },
			timeout: "15s",
		});
		await stack.preview(privileged);
		const { output } = await stack.failingUp(privileged);
		expect(output).toContain(
			`Deployment "${NAMESPACE}/app" is not ready after 15 s: 0 of 1 pods have the new template: pods "app-`,
		);
		expect(output).toContain('violates PodSecurity "restricted:latest"');
		expect((await stack.up(want())).steps).toEqual(["update app"]);
	});

	test("when a Job fails", async () => {
		const { output } = await stack.failingUp(
			want({ job: "process.exit(3)", timeout: "60s" }),
		);
		expect(output).toMatch(
			new RegExp(
				`Job "${NAMESPACE}/once" failed: BackoffLimitExceeded: Job has reached the specified backoff limit\\s+pod once-\\S+: container server: Error, exit code 3`,
			),
		);
		expect((await stack.up(want())).steps).toContain("create-replacement once");
	});
});

test("an update that is interrupted while it waits leaves what it made, and the next goes on waiting", async () => {
	const { uid } = (await deployment()).metadata;
	const unready = want({
		container: {
			readinessProbe: { exec: { command: ["false"] }, periodSeconds: 1 },
		},
	});
	const run = stack.start(unready);
	await expect
		.poll(async () => (await appPods()).length, { timeout: 60_000 })
		.toBe(2);
	run.kill("SIGINT");
	await once(run, "exit");
	const next = await stack.failingUp({
		env: {
			...unready.env,
			WANT: JSON.stringify({
				...JSON.parse(unready.env.WANT),
				timeout: "10s",
			}),
		},
	});
	expect(next.steps).toEqual(["update app"]);
	expect(next.output).toContain("is not ready after 10 s");
	expect((await stack.up(want())).steps).toEqual(["update app"]);
	expect((await deployment()).metadata.uid).toBe(uid);
});

test("what is destroyed is gone with all it had", async () => {
	await stack.destroy();
	for (const kind of ["Pod", "PersistentVolumeClaim", "ConfigMap"])
		expect(await names("v1", kind, NAMESPACE)).toEqual([]);
	await expect(read("v1", "Namespace", "", NAMESPACE)).rejects.toMatchObject({
		code: 404,
	});
});
