import { applyObjects, kubectl } from "../../toolchain/cluster/kubectl.ts";

/** A pod that listens on 8080, answers every request with its own name, and can try connections. */
export interface TestPod {
	readonly namespace: string;
	readonly name: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly volumes?: readonly {
		readonly claim: string;
		readonly path: string;
	}[];
}

const PORT = 8080;

const SERVE = `require("node:http").createServer((_, r) => r.end(process.env.HOSTNAME)).listen(${PORT})`;

/** What Pod Security `restricted` asks of a pod. */
export const RESTRICTED_POD = {
	runAsNonRoot: true,
	runAsUser: 10_001,
	seccompProfile: { type: "RuntimeDefault" },
} as const;

/** What it asks of a container. */
export const RESTRICTED_CONTAINER = {
	allowPrivilegeEscalation: false,
	readOnlyRootFilesystem: true,
	capabilities: { drop: ["ALL"] },
} as const;

/** A container of the node image that serves and is ready when it does. */
export function servingContainer(image: string) {
	return {
		name: "server",
		image,
		command: ["node", "-e", SERVE],
		ports: [{ name: "http", containerPort: PORT }],
		readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
		securityContext: RESTRICTED_CONTAINER,
	};
}

export function podSpec(
	image: string,
	{ volumes = [] }: Partial<TestPod> = {},
) {
	return {
		// Its process is process 1, which ignores signals it has no handler for.
		terminationGracePeriodSeconds: 0,
		automountServiceAccountToken: false,
		securityContext: RESTRICTED_POD,
		containers: [
			{
				...servingContainer(image),
				volumeMounts: volumes.map(({ claim, path }) => ({
					name: claim,
					mountPath: path,
				})),
			},
		],
		volumes: volumes.map(({ claim }) => ({
			name: claim,
			persistentVolumeClaim: { claimName: claim },
		})),
	};
}

/** Starts pods and waits until they are ready. */
export async function startPods(
	image: string,
	pods: readonly TestPod[],
): Promise<void> {
	await applyObjects({
		apiVersion: "v1",
		kind: "List",
		items: pods.map((pod) => ({
			apiVersion: "v1",
			kind: "Pod",
			metadata: {
				name: pod.name,
				namespace: pod.namespace,
				labels: pod.labels ?? {},
			},
			spec: podSpec(image, pod),
		})),
	});
	for (const { namespace, name } of pods) {
		await kubectl([
			...["--namespace", namespace, "wait", `pod/${name}`],
			...["--for=condition=Ready", "--timeout=90s"],
		]);
	}
}

/** How a try to connect ended. */
export type Try = "connected" | "timed out" | "refused";

const CONNECT = `
const [host, port] = process.argv.slice(1);
const socket = require("node:net").connect({ host, port: Number(port), timeout: 2000 });
const end = (word) => { console.log(word); process.exit(); };
socket.on("connect", () => end("connected"));
socket.on("timeout", () => end("timed out"));
socket.on("error", (error) => end(error.code === "ECONNREFUSED" ? "refused" : error.code));`;

/** Really tries TCP from within a pod, for two seconds. */
export async function tryConnect(
	from: TestPod,
	host: string,
	port = PORT,
): Promise<Try> {
	return (await runIn(from, [
		"node",
		"-e",
		CONNECT,
		host,
		String(port),
	])) as Try;
}

/** Runs a command in a pod and returns what it prints. */
export async function runIn(
	{ namespace, name }: TestPod,
	command: readonly string[],
): Promise<string> {
	const out = await kubectl([
		...["--namespace", namespace, "exec", name, "--", ...command],
	]);
	return out.trim();
}

export async function podAddress({
	namespace,
	name,
}: TestPod): Promise<string> {
	return kubectl([
		...["--namespace", namespace, "get", "pod", name],
		...["--output", "jsonpath={.status.podIP}"],
	]);
}
