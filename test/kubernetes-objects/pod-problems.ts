import type {
	V1Container,
	V1Probe,
	V1ResourceRequirements,
} from "@kubernetes/client-node";
import { named } from "./object.ts";
import { parseQuantity } from "./quantity.ts";
import type { Workload } from "./workload.ts";

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// An IANA service name: https://www.rfc-editor.org/rfc/rfc6335#section-5.1
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;

const HANDLERS = ["exec", "grpc", "httpGet", "tcpSocket"] as const;
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

/** What is wrong within the pods of a workload, whatever else there is. */
export function podProblems(workload: Workload): readonly string[] {
	const { pod, path, claims, object } = workload;
	const volumes = [...(pod.volumes ?? []).map(({ name }) => name), ...claims];
	const containers = [
		...(pod.initContainers ?? []).map(
			(container, place) => [`initContainers[${place}]`, container] as const,
		),
		...pod.containers.map(
			(container, place) => [`containers[${place}]`, container] as const,
		),
	];
	return [
		...doublesOf(containers.map(([, { name }]) => name)).map(
			(name) => `two containers are named '${name}'`,
		),
		...doublesOf(volumes).map((name) => `two volumes are named '${name}'`),
		...(pod.volumes ?? []).flatMap(({ name, ...source }, place) =>
			Object.keys(source).length === 1
				? []
				: [
						`volumes[${place}] has the sources ${Object.keys(source).join(", ") || "none"}, expected one`,
					],
		),
		...containers.flatMap(([place, container]) =>
			containerProblems(container, volumes).map(
				(problem) => `${place}.${problem}`,
			),
		),
	].map((problem) => `${named(object)}: ${path}: ${problem}`);
}

function containerProblems(
	container: V1Container,
	volumes: readonly string[],
): readonly string[] {
	const { name, ports = [], volumeMounts = [], resources = {} } = container;
	return [
		...(NAME.test(name)
			? []
			: [
					`name is '${name}', expected lower-case letters, digits and '-' within, at most 63`,
				]),
		...ports.flatMap(({ name: port, containerPort }, place) => [
			...portProblems(`ports[${place}].containerPort`, containerPort),
			...(port === undefined || PORT_NAME.test(port)
				? []
				: [
						`ports[${place}].name is '${port}', expected lower-case letters, digits and '-' within, at most 15`,
					]),
		]),
		...doublesOf(ports.flatMap(({ name: port }) => port ?? [])).map(
			(port) => `ports has two named '${port}'`,
		),
		...volumeMounts.flatMap((mount, place) =>
			volumes.includes(mount.name)
				? []
				: [
						`volumeMounts[${place}].name '${mount.name}' is no volume; there are ${volumes.join(", ") || "none"}`,
					],
		),
		...resourceProblems(resources),
		...PROBES.flatMap((probe) => probeProblems(probe, container)),
	];
}

function resourceProblems({
	limits = {},
	requests = {},
}: V1ResourceRequirements) {
	return Object.entries(requests).flatMap(([resource, request]) => {
		const limit = limits[resource];
		if (limit === undefined) return [];
		return (parseQuantity(request) ?? 0) <= (parseQuantity(limit) ?? 0)
			? []
			: [
					`resources.requests.${resource} is ${request}, more than the limit ${limit}`,
				];
	});
}

function probeProblems(
	name: (typeof PROBES)[number],
	container: V1Container,
): readonly string[] {
	const probe: V1Probe | undefined = container[name];
	if (!probe) return [];
	const handlers = HANDLERS.filter((handler) => probe[handler] !== undefined);
	if (handlers.length !== 1)
		return [
			`${name} has the handlers ${handlers.join(", ") || "none"}, expected one of ${HANDLERS.join(", ")}`,
		];
	const port = (probe.httpGet ?? probe.tcpSocket ?? probe.grpc)?.port;
	if (port === undefined) return [];
	if (typeof port === "number")
		return portProblems(`${name}.${handlers[0]}.port`, port);
	const named = (container.ports ?? []).some((own) => own.name === port);
	return named
		? []
		: [`${name}.${handlers[0]}.port '${port}' is no port of the container`];
}

/** Why a number is no port, if it is none. */
export function portProblems(path: string, port: number): readonly string[] {
	return port >= 1 && port <= 65_535
		? []
		: [`${path} is ${port}, expected 1 to 65535`];
}

const doublesOf = (names: readonly string[]) => [
	...new Set(names.filter((name, place) => names.indexOf(name) !== place)),
];
