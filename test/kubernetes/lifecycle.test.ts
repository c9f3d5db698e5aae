import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { startCluster, stopCluster } from "../../toolchain/cluster/cluster.ts";
import { clusterStatus } from "../../toolchain/cluster/cluster-status.ts";
import { CGROUP } from "../../toolchain/cluster/configuration.ts";
import { kubectl } from "../../toolchain/cluster/kubectl.ts";
import { findMachine } from "../../toolchain/cluster/machine.ts";
import { KUBECONFIG, STATE } from "../../toolchain/cluster/state.ts";
import { runCaptured } from "../../toolchain/process.ts";

test("starts from nothing, with credentials only root can read", async () => {
	await stopCluster();
	await startCluster();
	expect(await kubectl(["get", "nodes", "--no-headers"])).toMatch(
		/^node-1 +Ready/,
	);
	expect(statSync(KUBECONFIG).mode & 0o777).toBe(0o600);
});

test("a second start changes nothing", async () => {
	await kubectl(["create", "namespace", "kept"]);
	const before = await processIds();
	await startCluster();
	expect(await processIds()).toEqual(before);
	expect(await kubectl(["get", "namespace", "kept", "--output=name"])).toBe(
		"namespace/kept\n",
	);
});

test("a start brings back what was killed and leaves the rest", async () => {
	const before = await processIds();
	process.kill(before["kube-scheduler"] ?? 0, "SIGKILL");
	await startCluster();
	const { "kube-scheduler": scheduler, ...rest } = await processIds();
	const { "kube-scheduler": killed, ...others } = before;
	expect(scheduler).toBeTypeOf("number");
	expect(scheduler).not.toBe(killed);
	expect(rest).toEqual(others);
});

test("this machine's rules, mounts and names stay as they are while it runs", async () => {
	expect(await rules()).not.toContain("KUBE-");
	expect(mounts()).not.toContain(STATE);
	expect(readFileSync("/etc/hosts", "utf8")).not.toContain("registry-tiers");
});

test("a start after the node was killed makes a new cluster", async () => {
	process.kill(findMachine()?.pid ?? 0, "SIGKILL");
	await expect.poll(findMachine, { timeout: 10_000 }).toBeUndefined();
	await startCluster();
	expect(await kubectl(["get", "namespaces", "--output=name"])).not.toContain(
		"kept",
	);
});

test("down leaves nothing behind, also after every component was killed", async () => {
	for (const pid of Object.values(await processIds())) {
		process.kill(pid ?? 0, "SIGKILL");
	}
	await stopCluster();
	expect(existsSync(STATE)).toBe(false);
	expect(mounts()).not.toContain(STATE);
	expect(await rules()).not.toMatch(/KUBE-|CNI-|network_policies/);
	const { stdout: links } = await runCaptured("ip", ["-oneline", "link"]);
	expect(links).not.toContain("rt-cluster");
	const { stdout: routes } = await runCaptured("ip", ["route"]);
	expect(routes).not.toMatch(/^10\.(96|244|245)\./m);
	expect(processesNaming(STATE)).toEqual([]);
	const groups = readdirSync("/sys/fs/cgroup").filter((controller) =>
		existsSync(`/sys/fs/cgroup/${controller}/${CGROUP}`),
	);
	expect(groups).toEqual([]);
	expect(await clusterStatus()).toBeUndefined();
});

test("down without a cluster is harmless", async () => {
	await stopCluster();
	expect(existsSync(STATE)).toBe(false);
});

async function processIds(): Promise<Record<string, number | undefined>> {
	const { components = [] } = (await clusterStatus()) ?? {};
	return Object.fromEntries(components.map(({ name, pid }) => [name, pid]));
}

const mounts = () => readFileSync("/proc/mounts", "utf8");

async function rules(): Promise<string> {
	return (await runCaptured("nft", ["list", "ruleset"])).stdout;
}

function processesNaming(text: string): readonly string[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, "utf8");
			} catch {
				return "";
			}
		})
		.filter((command) => command.includes(text));
}
