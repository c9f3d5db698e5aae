import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningGate, startGate } from "../../services/gate/server.ts";
import { API_URL } from "../../toolchain/cluster/addresses.ts";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { applyObjects, kubectl } from "../../toolchain/cluster/kubectl.ts";
import type { GateRegistry } from "../../topology/gate-config.ts";
import { namingRule } from "../../topology/naming.ts";

const NAMESPACE = "gate-issuer-test";
const SUBJECT = `system:serviceaccount:${NAMESPACE}:promoter`;

let gate: RunningGate;
let folder: string;
beforeAll(async () => {
	await startCluster();
	folder = await mkdtemp(join(tmpdir(), "gate-issuer-"));
	await applyObjects({
		apiVersion: "v1",
		kind: "List",
		items: [
			{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
			...["promoter", "other", "gate"].map((name) => ({
				apiVersion: "v1",
				kind: "ServiceAccount",
				metadata: { name, namespace: NAMESPACE },
			})),
		],
	});
	// What a pod finds under /var/run/secrets/kubernetes.io/serviceaccount.
	const tokenFile = join(folder, "token");
	const caFile = join(folder, "ca.crt");
	const own = await tokenOf("gate");
	await writeFile(tokenFile, own);
	await writeFile(caFile, await clusterCa());
	gate = await startGate(
		{
			config: {
				tokenLifetimeSeconds: 300,
				registries: [registry("prod-rw"), registry("ci-snapshots")],
				identities: [
					{
						name: "cluster",
						issuer: decodeJwt(own).iss ?? "",
						jwksUri: `${API_URL}/openid/v1/jwks`,
						internal: true,
						caFile,
						tokenFile,
						principal: "promoter",
						claims: {
							sub: SUBJECT,
							"kubernetes.io.serviceaccount.name": "promoter",
						},
					},
				],
			},
			keys: {
				"prod-rw": { seed: Buffer.alloc(32, 1).toString("base64") },
				"ci-snapshots": { seed: Buffer.alloc(32, 2).toString("base64") },
			},
			accounts: [],
		},
		{ port: 0, log: pino({ level: "silent" }) },
	);
});
afterAll(async () => {
	await gate?.close();
	await rm(folder, { recursive: true });
	await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found"]);
});

function registry(name: string): GateRegistry {
	return {
		name,
		service: `${name}.k8s`,
		issuer: `gate.${name}.k8s`,
		url: "http://127.0.0.1:9",
		naming: namingRule("prod", true),
		createOnlyTags: true,
		requiredLabels: [],
		grants: { promoter: ["pull", "create"] },
		catalog: [],
	};
}

/** A token of a ServiceAccount, as a projected volume has it. */
const tokenOf = (account: string, ...audience: readonly string[]) =>
	kubectl([
		"--namespace",
		NAMESPACE,
		"create",
		"token",
		account,
		"--duration=10m",
		...audience.map((one) => `--audience=${one}`),
	]);

const clusterCa = () =>
	kubectl([
		"--namespace",
		"kube-system",
		"get",
		"configmap",
		"kube-root-ca.crt",
		"--output=jsonpath={.data.ca\\.crt}",
	]);

/** Whom the gate takes the holder for, or its status. */
async function login(registry: string, token: string) {
	const answer = await fetch(
		`http://127.0.0.1:${gate.port}/auth/token?service=${registry}.k8s`,
		{
			headers: {
				"X-Registry": registry,
				Authorization: `Basic ${Buffer.from(`job:${token}`).toString("base64")}`,
			},
		},
	);
	const body = (await answer.json()) as { readonly token: string };
	if (answer.status !== 200) return answer.status;
	const { sub, act } = decodeJwt(body.token);
	return { sub, act };
}

test("a ServiceAccount's token for one tier is the promoter's password there", async () => {
	const token = await tokenOf("promoter", "prod-rw.k8s");
	expect(await login("prod-rw", token)).toEqual({
		sub: "promoter",
		act: { identity: "cluster", sub: SUBJECT },
	});
});

test("and is worth nothing at another tier", async () => {
	const token = await tokenOf("promoter", "prod-rw.k8s");
	expect(await login("ci-snapshots", token)).toBe(401);
});

test("a token for the API server, for two tiers, or of another ServiceAccount is worth nothing", async () => {
	for (const token of [
		await tokenOf("promoter"),
		await tokenOf("promoter", "prod-rw.k8s", "ci-snapshots.k8s"),
		await tokenOf("other", "prod-rw.k8s"),
	]) {
		expect(await login("prod-rw", token)).toBe(401);
	}
});
