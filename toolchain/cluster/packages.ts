import { existsSync } from "node:fs";
import { findOnPath, runCaptured, UserError } from "../process.ts";
import { ensurePrograms } from "../programs.ts";
import { CNI_PLUGINS } from "./configuration.ts";

/** Debian package of each program that the node is made with. */
const PACKAGES = {
	containerd: "containerd",
	ctr: "containerd",
	runc: "runc",
	iptables: "iptables",
	nft: "nftables",
	ip: "iproute2",
	openssl: "openssl",
	unshare: "util-linux",
	nsenter: "util-linux",
	mount: "mount",
} as const;

const BRIDGE_RULES = "/proc/sys/net/bridge";

/**
 * Sees to what the machine has to bring along.
 *
 * @throws {UserError} where a cluster cannot run
 */
export async function ensurePackages(): Promise<void> {
	if (process.platform !== "linux" || process.getuid?.() !== 0) {
		throw new UserError(
			"the cluster needs Linux and root, since it makes namespaces, mounts and interfaces. Fix: run it as root, or take a cluster of your own (kind, k3d) and its kubeconfig",
		);
	}
	await ensurePrograms({
		...PACKAGES,
		[CNI_PLUGINS.bridge]: "containernetworking-plugins",
	});
	if (existsSync(BRIDGE_RULES)) return;
	if (findOnPath("modprobe")) await runCaptured("modprobe", ["br_netfilter"]);
	if (!existsSync(BRIDGE_RULES)) {
		throw new UserError(
			`the kernel does not show bridged packets to its rules: ${BRIDGE_RULES} is missing. Fix: run \`modprobe br_netfilter\` (package kmod), or take a kernel that has it`,
		);
	}
}
