import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withCluster } from "../../../toolchain/kubernetes/with-cluster.ts";

let server: Server;
let folder: string;
let kubeconfig: string;
let answer: RequestListener;

beforeEach(async () => {
	server = createServer((request, response) => answer(request, response));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	folder = mkdtempSync(join(tmpdir(), "with-cluster-"));
	kubeconfig = join(folder, "config");
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	writeFileSync(
		kubeconfig,
		JSON.stringify({
			// The client library takes plain http only so.
			clusters: [
				{
					name: "c",
					cluster: { server: url, "insecure-skip-tls-verify": true },
				},
			],
			users: [{ name: "u", user: {} }],
			contexts: [{ name: "onprem", context: { cluster: "c", user: "u" } }],
			"current-context": "onprem",
		}),
	);
});
afterEach(() => {
	server.close();
	server.closeAllConnections();
	rmSync(folder, { recursive: true });
	vi.unstubAllEnvs();
});

/** What is said when one question is asked of the cluster. */
async function problems(address: {
	readonly kubeconfig?: string;
	readonly context?: string;
}): Promise<readonly string[]> {
	const found = await withCluster(
		{ kubeconfig, context: "onprem", ...address },
		0.2,
		async (send) => {
			await send({ method: "GET", path: "/version" });
			return [];
		},
	);
	return found.map(({ path, message }) => `${path}: ${message}`);
}

test("a cluster that answers is looked at", async () => {
	answer = (_, response) => response.end("{}");
	expect(await problems({})).toEqual([]);
});

test("a context that the file does not have is told with those it has", async () => {
	expect(await problems({ context: "prod" })).toEqual([
		`estate.kubernetes.context: not in ${kubeconfig}, got "prod"; expected a context that it has: onprem. Fix: write one of these, or the path of another kubeconfig.`,
	]);
});

test("a file that is not there is told, and KUBECONFIG is not used in its place", async () => {
	vi.stubEnv("KUBECONFIG", kubeconfig);
	const fix =
		"expected the path of a kubeconfig. Fix: write the path of the file with the cluster's address and credentials.";
	expect(await problems({ kubeconfig: "/none" })).toEqual([
		`estate.kubernetes.kubeconfig: cannot be used, got "/none" (the kubeconfig "/none" cannot be read: ENOENT); ${fix}`,
	]);
	expect(await problems({ kubeconfig: "" })).toEqual([
		`estate.kubernetes.kubeconfig: cannot be used, got "" (no kubeconfig is named); ${fix}`,
	]);
});

test("a cluster that takes no connection, or one and stays silent, is told", async () => {
	const told = (got: string) => [
		`estate.kubernetes.context: "onprem" leads to no cluster that answers, got ${got}; expected an API server. Fix: start the cluster, or choose another context.`,
	];
	answer = () => {};
	expect(await problems({})).toEqual(told("nothing within 0.2 s"));
	const { port } = server.address() as AddressInfo;
	server.close();
	server.closeAllConnections();
	expect(await problems({})).toEqual(
		told(
			`no Kubernetes API server answers at http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
		),
	);
});

test("credentials that are not taken are told as the server says it", async () => {
	answer = (_, response) =>
		response.writeHead(401).end(JSON.stringify({ message: "Unauthorized" }));
	expect(await problems({})).toEqual([
		'estate.kubernetes.context: "onprem" is let into no cluster, got 401 Unauthorized; expected credentials that the API server takes. Fix: log in to the cluster again, or choose another context.',
	]);
});

test("what else goes wrong is not made a problem of the configuration", async () => {
	answer = (_, response) =>
		response.writeHead(500).end(JSON.stringify({ message: "etcd is away" }));
	await expect(problems({})).rejects.toHaveProperty("message", "etcd is away");
});
