import { kubectl } from "../../toolchain/cluster/kubectl.ts";
import type { Estate } from "../../topology/estate.ts";
import { flowsOf } from "../../topology/flows.ts";
import { namespacesOf } from "../../topology/hosts.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "./pods.ts";

type Labels = Readonly<Record<string, string>>;

/** The pods of one workload of an estate. */
export interface Workload {
	/** `k8s-prod/prod-front-server` */
	readonly name: string;
	readonly namespace: string;
	/** Of its pods. */
	readonly labels: Labels;
	/** What its pods hold of the topology. */
	readonly members: readonly string[];
}

/** A pod of an estate and what it listens on. */
export interface Receiver extends Workload {
	readonly address: string;
	readonly ports: readonly number[];
}

/** A pod that tries connections and is taken for one of a workload. */
export interface Probe {
	readonly namespace: string;
	readonly pod: string;
	/** How the table names it. */
	readonly name: string;
	readonly labels: Labels;
	readonly members: readonly string[];
}

const MEMBER = "registry-tiers/";

/** The workloads of an estate that are on the cluster, jobs among them. */
export async function workloadsOf(
	estate: Estate,
): Promise<readonly Workload[]> {
	const found = await Promise.all(
		namespacesOf(estate).map(async (namespace) => {
			const { items } = JSON.parse(
				await kubectl([
					...["--namespace", namespace, "get"],
					...["deployments,statefulsets,cronjobs", "--output", "json"],
				]),
			);
			return items.map((item: LiveWorkload) => ({
				name: `${namespace}/${item.metadata.name}`,
				namespace,
				...held(templateOf(item).metadata.labels),
			}));
		}),
	);
	return found.flat();
}

interface PodTemplate {
	readonly metadata: { readonly labels: Labels };
}

interface LiveWorkload {
	readonly metadata: { readonly name: string };
	readonly spec: {
		readonly template?: PodTemplate;
		readonly jobTemplate?: {
			readonly spec: { readonly template: PodTemplate };
		};
	};
}

function templateOf({ spec }: LiveWorkload): PodTemplate {
	const template = spec.template ?? spec.jobTemplate?.spec.template;
	if (template) return template;
	throw new Error("a workload without a template");
}

const held = (labels: Labels) => ({
	labels,
	members: Object.entries(labels)
		.filter(([key, value]) => key.startsWith(MEMBER) && value === "member")
		.map(([key]) => key.slice(MEMBER.length).replace(".", ":")),
});

/** One running pod of each workload that listens. */
export async function receiversOf(
	workloads: readonly Workload[],
): Promise<readonly Receiver[]> {
	const found = await Promise.all(
		workloads.map(async (workload) => {
			const { items } = JSON.parse(
				await kubectl([
					...["--namespace", workload.namespace, "get", "pods"],
					...["--selector", selectorOf(workload.labels)],
					...["--field-selector", "status.phase=Running", "--output", "json"],
				]),
			);
			const pod = items.find((each: LivePod) => !each.metadata.labels[PROBE]);
			const ports = (pod?.spec.containers ?? []).flatMap(
				({ ports = [] }: LivePod["spec"]["containers"][number]) =>
					ports.map(({ containerPort }) => containerPort),
			);
			return ports.length === 0
				? []
				: [{ ...workload, ports, address: pod.status.podIP }];
		}),
	);
	return found.flat();
}

interface LivePod {
	readonly metadata: { readonly labels: Labels };
	readonly spec: {
		readonly containers: readonly {
			readonly ports?: readonly { readonly containerPort: number }[];
		}[];
	};
}

const PROBE = "probe";

const selectorOf = (labels: Labels) =>
	Object.entries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.join(",");

/** The probe that stands for a workload. */
export const probeOf = (workload: Workload): Probe => ({
	...workload,
	pod: `probe-${workload.name.split("/")[1]}`,
});

/** A pod of a namespace of the estate that nobody foresaw. */
export const strayIn = (namespace: string): Probe => ({
	namespace,
	pod: "probe-stray",
	name: `${namespace}/stray`,
	labels: {},
	members: [],
});

/** Starts probes. They are never ready, so that no Service leads anybody to them. */
export async function startProbes(
	image: string,
	probes: readonly Probe[],
): Promise<void> {
	await kubectl(
		["apply", "--server-side", "--force-conflicts", "-f", "-"],
		JSON.stringify({
			apiVersion: "v1",
			kind: "List",
			items: probes.map(({ namespace, pod, labels }) => ({
				apiVersion: "v1",
				kind: "Pod",
				metadata: {
					namespace,
					name: pod,
					labels: { ...labels, [PROBE]: "flows" },
				},
				spec: {
					terminationGracePeriodSeconds: 0,
					automountServiceAccountToken: false,
					enableServiceLinks: false,
					readinessGates: [{ conditionType: "registry-tiers/never" }],
					securityContext: RESTRICTED_POD,
					containers: [
						{
							name: "probe",
							image,
							command: ["sleep", "infinity"],
							securityContext: RESTRICTED_CONTAINER,
						},
					],
				},
			})),
		}),
	);
	for (const { namespace, pod } of probes) {
		await kubectl([
			...["--namespace", namespace, "wait", `pod/${pod}`],
			...["--for=condition=ContainersReady", "--timeout=120s"],
		]);
	}
}

/** Removes the probes of earlier runs too. */
export async function removeProbes(namespaces: readonly string[]) {
	await Promise.all(
		namespaces.map((namespace) =>
			kubectl([
				...["--namespace", namespace, "delete", "pods"],
				...["--selector", `${PROBE}=flows`, "--ignore-not-found"],
			]),
		),
	);
}

const TRY_MS = 2_000;
/** Probes that try at the same time; each tries everything it may not reach at once. */
const AT_ONCE = 3;

const TRY = `
const tries = JSON.parse(process.argv[1]).map(([name, host, port]) => new Promise((resolve) => {
	const socket = require("node:net").connect({ host, port, timeout: ${TRY_MS} });
	const end = (word) => { socket.destroy(); resolve([name, word]); };
	socket.on("connect", () => end("connected"));
	socket.on("timeout", () => end("timed out"));
	socket.on("error", (error) => end(error.code));
}));
Promise.all(tries).then((ends) => console.log(JSON.stringify(ends)));`;

/** One probe's try to connect to a port. */
export interface Try {
	readonly from: Probe;
	readonly to: Receiver;
	readonly port: number;
}

/** Every probe to every port of every receiver. */
export const triesOf = (
	probes: readonly Probe[],
	receivers: readonly Receiver[],
): readonly Try[] =>
	probes.flatMap((from) =>
		receivers.flatMap((to) => to.ports.map((port) => ({ from, to, port }))),
	);

/** How the tables name a try. */
export const nameOf = ({ from, to, port }: Try) =>
	`${from.name} → ${to.name}:${port}`;

/**
 * Really tries TCP, for two seconds each.
 *
 * @returns the names of the tries by how they ended, sorted
 */
export async function tryAll(
	tries: readonly Try[],
): Promise<Readonly<Record<string, readonly string[]>>> {
	const waiting = [...new Set(tries.map(({ from }) => from))];
	const ended: Record<string, string[]> = {};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	for (const names of Object.values(ended)) names.sort();
	return ended;

	async function work(): Promise<void> {
		for (let probe = waiting.pop(); probe; probe = waiting.pop()) {
			const own = tries.filter(({ from }) => from === probe);
			const answer = await kubectl([
				...["--namespace", probe.namespace, "exec", probe.pod, "--"],
				...["node", "-e", TRY],
				JSON.stringify(
					own.map((each) => [nameOf(each), each.to.address, each.port]),
				),
			]);
			for (const [name, word] of JSON.parse(answer)) {
				ended[word] ??= [];
				ended[word].push(name);
			}
		}
	}
}

/**
 * Tries until all have connected.
 *
 * @returns the names of those that never did
 */
export async function neverConnected(
	tries: readonly Try[],
	patienceMs: number,
): Promise<readonly string[]> {
	const deadline = Date.now() + patienceMs;
	let left = tries;
	// Not all at once again: the kernel keeps a thousand neighbours on all networks of the machine, drops
	// what goes to further ones, and forgets none for five seconds.
	while (left.length > 0 && Date.now() < deadline) {
		const { connected = [] } = await tryAll(left);
		left = left.filter((each) => !connected.includes(nameOf(each)));
	}
	return left.map(nameOf);
}

/** Whether the topology has a flow for the try. */
export function isFlow(estate: Estate, { from, to, port }: Try): boolean {
	return flowsOf(estate).some(
		(flow) =>
			flow.ports.includes(port) &&
			to.members.includes(flow.to) &&
			from.members.includes(flow.from),
	);
}
