import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { API_NAMES, LINK, NODE_NAME, SERVICES } from "./addresses.ts";
import { type BuiltProgram, builtProgram } from "./built-programs.ts";
import { certificate, kubeconfig, privateKey } from "./certificates.ts";
import {
	type Machine,
	type MachineProcess,
	processesOf,
	startInside,
} from "./machine.ts";
import {
	CONTAINERD,
	ETCD_DATA,
	KUBE_PROXY_CONFIG,
	KUBELET_CONFIG,
	KUBELET_DATA,
	LOGS,
} from "./state.ts";
import { waitUntil } from "./wait.ts";

/** A program that makes the node a cluster. */
export interface Component {
	readonly name: string;
	readonly command: readonly string[];
}

const AGENT = fileURLToPath(new URL("agent/cluster-agent.ts", import.meta.url));
const ETCD_URL = "http://127.0.0.1:2379";
const ISSUER = `https://${API_NAMES.at(-1)}`;

/** What every other component calls on, and ends without. */
export const FOUNDATION: readonly Component[] = [
	built("etcd", {
		name: NODE_NAME,
		"data-dir": ETCD_DATA,
		"listen-client-urls": ETCD_URL,
		"advertise-client-urls": ETCD_URL,
		// The cluster is thrown away: a power cut may take it along.
		"unsafe-no-fsync": "true",
	}),
	{
		name: "containerd",
		command: ["containerd", "--config", CONTAINERD.config],
	},
	built("kube-apiserver", {
		"etcd-servers": ETCD_URL,
		"bind-address": LINK.node,
		"advertise-address": LINK.node,
		"secure-port": "6443",
		"service-cluster-ip-range": SERVICES.range,
		"authorization-mode": "Node,RBAC",
		"enable-admission-plugins": "NodeRestriction",
		"client-ca-file": certificate("ca"),
		"tls-cert-file": certificate("apiserver"),
		"tls-private-key-file": privateKey("apiserver"),
		"service-account-issuer": ISSUER,
		// By default an address of the node, which the certificates of most clusters do not name either.
		"service-account-jwks-uri": `${ISSUER}/openid/v1/jwks`,
		"service-account-key-file": certificate("service-accounts"),
		"service-account-signing-key-file": privateKey("service-accounts"),
		"kubelet-certificate-authority": certificate("ca"),
		"kubelet-client-certificate": certificate("kubelet-client"),
		"kubelet-client-key": privateKey("kubelet-client"),
		"kubelet-preferred-address-types": "InternalIP",
	}),
];

const OTHERS: readonly Component[] = [
	built("kube-controller-manager", {
		...clientOf("kube-controller-manager"),
		"service-account-private-key-file": privateKey("service-accounts"),
		"root-ca-file": certificate("ca"),
		"use-service-account-credentials": "true",
		"leader-elect": "false",
		// 15 s by default, which every new claim would wait.
		"pvclaimbinder-sync-period": "2s",
	}),
	built("kube-scheduler", {
		...clientOf("kube-scheduler"),
		"leader-elect": "false",
	}),
	built("kubelet", {
		config: KUBELET_CONFIG,
		kubeconfig: kubeconfig("kubelet"),
		"root-dir": KUBELET_DATA,
		"hostname-override": NODE_NAME,
		"node-ip": LINK.node,
	}),
	built("kube-proxy", { config: KUBE_PROXY_CONFIG }),
	{ name: basename(AGENT), command: [process.execPath, AGENT] },
];

export const COMPONENTS: readonly Component[] = [...FOUNDATION, ...OTHERS];

function built(
	name: BuiltProgram,
	flags: Readonly<Record<string, string>>,
): Component {
	const args = Object.entries(flags).map(
		([flag, value]) => `--${flag}=${value}`,
	);
	return { name, command: [builtProgram(name), ...args] };
}

function clientOf(name: "kube-controller-manager" | "kube-scheduler") {
	const credentials = kubeconfig(name);
	return {
		kubeconfig: credentials,
		"authentication-kubeconfig": credentials,
		"authorization-kubeconfig": credentials,
		"bind-address": "127.0.0.1",
	};
}

const logOf = (component: Component): string =>
	join(LOGS, `${component.name}.log`);

/** The component's process, also if another checkout started it. */
export function findProcess(
	component: Component,
	running: readonly MachineProcess[],
): MachineProcess | undefined {
	return running.find(({ command }) =>
		command.slice(0, 2).some((part) => basename(part) === component.name),
	);
}

/** Starts those that do not run, and returns when they do. */
export async function startComponents(
	machine: Machine,
	components: readonly Component[],
): Promise<void> {
	const started = stopped(machine, components).map((component) =>
		startInside(machine, component.command, logOf(component)),
	);
	await waitUntil(
		() => stopped(machine, components).length === 0,
		() => endOfStopped(machine, components),
		() => started.some(({ exitCode }) => exitCode !== null),
	);
}

/** Waits for what the components make come true, and not on after one of them ended. */
export async function waitWhileRunning(
	machine: Machine,
	components: readonly Component[],
	what: string,
	condition: () => Promise<boolean>,
): Promise<void> {
	await waitUntil(
		condition,
		() =>
			`${what} does not become ready\n${endOfStopped(machine, components)}`.trim(),
		() => stopped(machine, components).length > 0,
	);
}

function stopped(
	machine: Machine,
	components: readonly Component[],
): readonly Component[] {
	const running = processesOf(machine);
	return components.filter((component) => !findProcess(component, running));
}

/** The last lines of those that ended, for a person. */
function endOfStopped(
	machine: Machine,
	components: readonly Component[],
): string {
	return stopped(machine, components)
		.map((component) => {
			const log = logOf(component);
			const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-5);
			return `${component.name} ended; the end of ${log}:\n${tail.join("\n")}`;
		})
		.join("\n");
}
