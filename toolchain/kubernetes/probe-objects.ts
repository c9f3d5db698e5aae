import type { PropertyMap } from "../providers/values.ts";

/** What the namespaces of probes have in common, those of killed runs too. */
export const PROBE_LABELS = { "registry-tiers/probe": "network-policy" };

/** What listens and what connects. */
export const SERVER = "server";
export const CLIENT = "client";
const ACCOUNT = "probe";

/** Ports of the server: one that both policies let through, and one for each that it must not. */
const OPEN = 8080;
const CLOSED_TO_INGRESS = 8081;
const CLOSED_TO_EGRESS = 8082;

// The open port last: it answers only when the others do.
const LISTEN = `
const { createServer } = require("node:net");
const listen = (port, then) => createServer((socket) => socket.on("error", () => {}).end()).listen(port, then);
listen(${CLOSED_TO_INGRESS}, () => listen(${CLOSED_TO_EGRESS}, () => listen(${OPEN})));`;

/** What the client found, by its exit code. */
export type ProbeResult =
	/** The directions in which a forbidden connection was made. */
	| readonly ("ingress" | "egress")[]
	/** The server was never reached, or not any more. */
	| "unreached";

const UNREACHED = 10;
const IGNORED = { ingress: 1, egress: 2 } as const;

// A policy may come into force some time after its pods have begun. A forbidden connection may be dropped or
// refused; that its port listens is sure while the open one answers.
const CONNECT = `
const { connect } = require("node:net");
const { setTimeout: sleep } = require("node:timers/promises");
const connects = (port) => new Promise((resolve) => {
	const socket = connect({ host: process.argv[1], port, timeout: 1500 });
	const end = (answer) => { socket.destroy(); resolve(answer); };
	socket.on("connect", () => end(true)).on("timeout", () => end(false)).on("error", () => end(false));
});
const until = async (rounds, ask) => {
	for (let round = 1; ; round++) {
		const answer = await ask();
		if (answer === 0 || round === rounds) return answer;
		await sleep(500);
	}
};
const unreached = async () => ((await connects(${OPEN})) ? 0 : ${UNREACHED});
const ignored = async () => {
	const [ingress, egress] = await Promise.all([connects(${CLOSED_TO_INGRESS}), connects(${CLOSED_TO_EGRESS})]);
	return (ingress ? ${IGNORED.ingress} : 0) + (egress ? ${IGNORED.egress} : 0);
};
(async () => process.exit((await until(6, unreached)) || ((await until(8, ignored)) + (await unreached()))))();`;

/** What the client's exit code means; undefined for one it does not end with by itself. */
export function probeResult(exitCode: number): ProbeResult | undefined {
	if (exitCode >= UNREACHED && exitCode <= UNREACHED + 3) return "unreached";
	if (exitCode < 0 || exitCode > 3) return undefined;
	return (["ingress", "egress"] as const).filter(
		(direction) => (exitCode & IGNORED[direction]) !== 0,
	);
}

/** The namespace and all in it but the client, which has to be told the server's address. */
export function probeObjects(
	namespace: string,
	image: string,
	policies: readonly PropertyMap[],
): readonly PropertyMap[] {
	return [
		{
			apiVersion: "v1",
			kind: "Namespace",
			metadata: {
				name: namespace,
				labels: {
					...PROBE_LABELS,
					"pod-security.kubernetes.io/enforce": "restricted",
				},
			},
		},
		// The namespace's own account is made some time after it, and pods before are refused.
		{
			apiVersion: "v1",
			kind: "ServiceAccount",
			metadata: { name: ACCOUNT, namespace },
		},
		...policies.map((spec, index) => ({
			apiVersion: "networking.k8s.io/v1",
			kind: "NetworkPolicy",
			metadata: { name: `probe-${index}`, namespace },
			spec,
		})),
		pod(namespace, SERVER, image, [LISTEN]),
	];
}

export const clientPod = (namespace: string, image: string, server: string) =>
	pod(namespace, CLIENT, image, [CONNECT, server]);

const selected = (role: string) => ({ matchLabels: { role } });
const ports = (...numbers: readonly number[]) => ({
	ports: numbers.map((port) => ({ port, protocol: "TCP" })),
});

/** Each forbids one port that the other lets through. */
export const PROBE_POLICIES: readonly PropertyMap[] = [
	{
		podSelector: selected(SERVER),
		policyTypes: ["Ingress"],
		ingress: [ports(OPEN, CLOSED_TO_EGRESS)],
	},
	{
		podSelector: selected(CLIENT),
		policyTypes: ["Egress"],
		egress: [ports(OPEN, CLOSED_TO_INGRESS)],
	},
];

function pod(
	namespace: string,
	role: string,
	image: string,
	args: readonly string[],
): PropertyMap {
	return {
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: role, namespace, labels: { role } },
		spec: {
			restartPolicy: "Never",
			terminationGracePeriodSeconds: 0,
			serviceAccountName: ACCOUNT,
			automountServiceAccountToken: false,
			securityContext: {
				runAsNonRoot: true,
				runAsUser: 10_001,
				seccompProfile: { type: "RuntimeDefault" },
			},
			containers: [
				{
					name: role,
					image,
					command: ["node", "-e", ...args],
					resources: {
						requests: { cpu: "10m", memory: "32Mi" },
						limits: { cpu: "500m", memory: "128Mi" },
					},
					securityContext: {
						allowPrivilegeEscalation: false,
						readOnlyRootFilesystem: true,
						capabilities: { drop: ["ALL"] },
					},
				},
			],
		},
	};
}
