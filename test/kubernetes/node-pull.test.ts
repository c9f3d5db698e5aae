import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { forgetImage, loadImage } from "../../toolchain/cluster/images.ts";
import { applyObjects, kubectl } from "../../toolchain/cluster/kubectl.ts";
import {
	nameHosts,
	setRegistryHost,
} from "../../toolchain/cluster/node-files.ts";
import { runCaptured } from "../../toolchain/process.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };

const NAMESPACE = "node-pull";
const CACHE = "cache.eu.example";
const NAME = "apps.example/team/api:1";
let address: string;

beforeAll(async () => {
	await startCluster();
	const image = await loadImage(new Docker(), versions.images.registry);
	await restore();
	await applyObjects({
		apiVersion: "v1",
		kind: "List",
		items: registry(image),
	});
	await inNamespace("wait", "pod/registry", "--for=condition=Ready");
	address = await inNamespace(
		...["get", "service", "registry", "--output", "jsonpath={.spec.clusterIP}"],
	);
	const { code, stderr } = await runCaptured("skopeo", [
		...["copy", "--insecure-policy", "--dest-tls-verify=false"],
		`docker-daemon:${versions.images.registry}`,
		`docker://${address}:80/team/api:1`,
	]);
	expect(code, stderr).toBe(0);
});

afterAll(restore);

test("kubelet pulls through a mirror that hosts.toml and the node's own hosts file name", async () => {
	await applyObjects({
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: "api", namespace: NAMESPACE },
		spec: {
			terminationGracePeriodSeconds: 0,
			containers: [{ name: "api", image: NAME, command: ["sleep", "1000"] }],
		},
	});
	await expect
		.poll(() => messages("Failed"), { timeout: 60_000 })
		.toContain("lookup apps.example");
	nameHosts({ [CACHE]: address });
	setRegistryHost(
		"apps.example",
		`[host."http://${CACHE}"]\n  capabilities = ["pull", "resolve"]\n`,
	);
	// kubelet tries again by itself, after 10 and 20 s.
	await inNamespace(
		"wait",
		"pod/api",
		"--for=condition=Ready",
		"--timeout=90s",
	);
	expect(await messages("Pulled")).toMatch(
		/^Successfully pulled image "apps\.example\/team\/api:1"/,
	);
});

const messages = (reason: string) =>
	inNamespace(
		"get",
		"events",
		`--field-selector=involvedObject.name=api,reason=${reason}`,
		...["--output", "jsonpath={.items[*].message}"],
	);

function registry(image: string) {
	const metadata = { name: "registry", namespace: NAMESPACE };
	const labels = { app: "registry" };
	const config = {
		version: 0.1,
		storage: { filesystem: { rootdirectory: "/tmp/registry" } },
		http: { addr: ":5000" },
	};
	return [
		{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
		{
			apiVersion: "v1",
			kind: "ConfigMap",
			metadata,
			data: { "config.json": JSON.stringify(config) },
		},
		{
			apiVersion: "v1",
			kind: "Pod",
			metadata: { ...metadata, labels },
			spec: {
				terminationGracePeriodSeconds: 0,
				containers: [
					{
						name: "registry",
						image,
						args: ["serve", "/config/config.json"],
						env: [{ name: "OTEL_TRACES_EXPORTER", value: "none" }],
						readinessProbe: { tcpSocket: { port: 5000 }, periodSeconds: 1 },
						volumeMounts: [{ name: "config", mountPath: "/config" }],
					},
				],
				volumes: [{ name: "config", configMap: { name: "registry" } }],
			},
		},
		{
			apiVersion: "v1",
			kind: "Service",
			metadata,
			spec: { selector: labels, ports: [{ port: 80, targetPort: 5000 }] },
		},
	];
}

const inNamespace = (...args: readonly string[]) =>
	kubectl(["--namespace", NAMESPACE, ...args]);

async function restore(): Promise<void> {
	nameHosts({});
	setRegistryHost("apps.example", undefined);
	await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found"]);
	await forgetImage(NAME);
}
