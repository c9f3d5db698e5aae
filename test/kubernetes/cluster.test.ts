import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtProgram } from "../../toolchain/cluster/built-programs.ts";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { loadImage } from "../../toolchain/cluster/images.ts";
import {
	applyObjects,
	kubectl,
	tryKubectl,
} from "../../toolchain/cluster/kubectl.ts";
import { KUBECONFIG, VOLUMES } from "../../toolchain/cluster/state.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import {
	podSpec,
	RESTRICTED_CONTAINER,
	RESTRICTED_POD,
	runIn,
	startPods,
	type TestPod,
	tryConnect,
} from "./pods.ts";

const NAMESPACE = "cluster-test";
const CLIENT: TestPod = { namespace: NAMESPACE, name: "client" };
/** How long a cluster may take on a busy machine. */
const WAIT = { timeout: 30_000 };
let image: string;

beforeAll(async () => {
	await startCluster();
	image = await loadImage(new Docker(), versions.images.node);
	await removeNamespace();
	await applyObjects({
		apiVersion: "v1",
		kind: "Namespace",
		metadata: {
			name: NAMESPACE,
			labels: { "pod-security.kubernetes.io/enforce": "restricted" },
		},
	});
	await startPods(image, [CLIENT]);
});

afterAll(removeNamespace);

test("a Deployment is reached through its Service, by name from a pod and by address from this machine", async () => {
	const labels = { app: "web" };
	await apply(
		{
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata: { name: "web" },
			spec: {
				replicas: 2,
				selector: { matchLabels: labels },
				template: { metadata: { labels }, spec: podSpec(image) },
			},
		},
		{
			apiVersion: "v1",
			kind: "Service",
			metadata: { name: "web" },
			spec: { selector: labels, ports: [{ port: 80, targetPort: "http" }] },
		},
	);
	await inNamespace("rollout", "status", "deployment/web", "--timeout=90s");
	const address = await inNamespace(
		...["get", "service", "web", "--output", "jsonpath={.spec.clusterIP}"],
	);
	await expect
		.poll(() => tryConnect(CLIENT, "web", 80), WAIT)
		.toBe("connected");
	const full = `web.${NAMESPACE}.svc.cluster.local`;
	expect(await tryConnect(CLIENT, full, 80)).toBe("connected");
	const answer = await fetch(`http://${address}/`);
	expect(await answer.text()).toMatch(/^web-/);
	// A pod reaches itself through its own Service.
	const [own = ""] = (
		await inNamespace("get", "pods", "--selector=app=web", "--output=name")
	).split("\n");
	const name = own.replace("pod/", "");
	expect(await tryConnect({ namespace: NAMESPACE, name }, address, 80)).toBe(
		"connected",
	);
});

test("a name outside the cluster does not exist, and is not waited for", async () => {
	const lookup = `require("node:dns").lookup("example.com.", (e) => console.log(e.code))`;
	expect(await runIn(CLIENT, ["node", "-e", lookup])).toBe("ENOTFOUND");
});

test("logs and exec reach a pod", async () => {
	await apply(
		pod("talker", {
			...podSpec(image),
			containers: [
				{
					name: "talker",
					image,
					command: [
						"node",
						"-e",
						"console.log('hello'); setInterval(() => {}, 1e6)",
					],
					securityContext: RESTRICTED_CONTAINER,
				},
			],
		}),
	);
	await ready("talker");
	expect(await inNamespace("logs", "talker")).toBe("hello\n");
	expect(
		await runIn({ namespace: NAMESPACE, name: "talker" }, ["id", "-u"]),
	).toBe("10001");
});

test("a port of a pod is forwarded to this machine", async () => {
	const child = spawn(
		builtProgram("kubectl"),
		[
			...["--kubeconfig", KUBECONFIG, "--namespace", NAMESPACE],
			...["port-forward", `pod/${CLIENT.name}`, ":8080"],
		],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	try {
		const [line] = await once(createInterface(child.stdout), "line");
		const [, address] = /from (\S+) ->/.exec(String(line)) ?? [];
		const answer = await fetch(`http://${address}/`);
		expect(await answer.text()).toBe(CLIENT.name);
	} finally {
		child.kill();
	}
});

describe("storage", () => {
	const holder: TestPod = {
		namespace: NAMESPACE,
		name: "holder",
		volumes: [{ claim: "store", path: "/store" }],
	};

	test("the default class makes a volume that a pod of any uid writes to, and removes it with its claim", async () => {
		await apply(claim("store"));
		await startPods(image, [holder]);
		await runIn(holder, ["sh", "-c", "echo kept > /store/file"]);
		const volume = await inNamespace(
			...["get", "pvc", "store", "--output", "jsonpath={.spec.volumeName}"],
		);
		const file = join(VOLUMES, volume, "file");
		expect(statSync(file).uid).toBe(RESTRICTED_POD.runAsUser);
		await inNamespace("delete", "pod/holder", "pvc/store");
		await expect.poll(() => existsSync(file), WAIT).toBe(false);
		await expect
			.poll(async () => (await tryKubectl(["get", "pv", volume])).code, WAIT)
			.toBe(1);
	});

	test("a claim of the late class waits for its first pod", async () => {
		await apply(claim("late", { storageClassName: "standard-late" }));
		const late = { ...holder, volumes: [{ claim: "late", path: "/store" }] };
		expect(await phase("late")).toBe("Pending");
		await startPods(image, [late]);
		expect(await phase("late")).toBe("Bound");
		await inNamespace("delete", "pod/holder", "pvc/late");
	});

	test("a claim for several nodes is refused with an event and stays pending", async () => {
		await apply(claim("shared", { accessModes: ["ReadWriteMany"] }));
		await expect
			.poll(
				() =>
					inNamespace(
						...["get", "events", "--field-selector=reason=ProvisioningFailed"],
						...["--output", "jsonpath={.items[*].message}"],
					),
				WAIT,
			)
			.toBe(
				"accessModes ReadWriteMany are not supported, expected ReadWriteOnce or ReadWriteOncePod",
			);
		expect(await phase("shared")).toBe("Pending");
	});
});

test("a CronJob runs at the next minute", async () => {
	await apply({
		apiVersion: "batch/v1",
		kind: "CronJob",
		metadata: { name: "tick" },
		spec: {
			schedule: "* * * * *",
			jobTemplate: {
				spec: {
					template: {
						spec: {
							...podSpec(image),
							restartPolicy: "Never",
							containers: [
								{
									name: "tick",
									image,
									command: ["node", "--version"],
									securityContext: RESTRICTED_CONTAINER,
								},
							],
						},
					},
				},
			},
		},
	});
	await expect
		.poll(
			() =>
				inNamespace(
					...[
						"get",
						"jobs",
						"--output",
						"jsonpath={.items[*].status.succeeded}",
					],
				),
			{ timeout: 90_000, interval: 1_000 },
		)
		.toMatch(/^1/);
	await inNamespace("delete", "cronjob/tick");
});

test("Pod Security restricted refuses a pod that could become root", async () => {
	const { securityContext, ...open } = podSpec(image);
	const { code, stderr } = await tryKubectl(
		["--namespace", NAMESPACE, "create", "--filename", "-"],
		JSON.stringify(pod("bad", open)),
	);
	expect(securityContext).toBe(RESTRICTED_POD);
	expect(code).toBe(1);
	expect(stderr).toContain(
		'violates PodSecurity "restricted:latest": runAsNonRoot != true',
	);
});

test("the API server refuses unknown fields in a dry run", async () => {
	const { code, stderr } = await tryKubectl(
		[
			...["--namespace", NAMESPACE, "apply", "--server-side"],
			...["--dry-run=server", "--validate=strict", "--filename", "-"],
		],
		JSON.stringify({
			apiVersion: "v1",
			kind: "ConfigMap",
			metadata: { name: "typo" },
			datas: { a: "b" },
		}),
	);
	expect(code).toBe(1);
	expect(stderr).toContain(".datas: field not declared in schema");
});

async function removeNamespace(): Promise<void> {
	await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found"]);
}

const inNamespace = (...args: readonly string[]) =>
	kubectl(["--namespace", NAMESPACE, ...args]);

const phase = (name: string) =>
	inNamespace("get", "pvc", name, "--output", "jsonpath={.status.phase}");

const ready = (name: string) =>
	inNamespace("wait", `pod/${name}`, "--for=condition=Ready", "--timeout=90s");

function apply(
	...items: readonly (Record<string, unknown> & { readonly metadata: object })[]
) {
	return applyObjects({
		apiVersion: "v1",
		kind: "List",
		items: items.map((item) => ({
			...item,
			metadata: { ...item.metadata, namespace: NAMESPACE },
		})),
	});
}

function pod(name: string, spec: object) {
	return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
}

function claim(name: string, spec: object = {}) {
	return {
		apiVersion: "v1",
		kind: "PersistentVolumeClaim",
		metadata: { name },
		spec: {
			accessModes: ["ReadWriteOnce"],
			resources: { requests: { storage: "1Gi" } },
			...spec,
		},
	};
}
