import type { types } from "@pulumi/kubernetes";
import type { ProgramArgs, ServerArgs } from "../platform.ts";

/** User and group of every process; no image needs to know it. */
const USER = 10_001;

/**
 * What Pod Security `restricted` asks of a pod.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const POD_SECURITY: types.input.core.v1.PodSecurityContext = {
	runAsNonRoot: true,
	runAsUser: USER,
	runAsGroup: USER,
	// Claims and files belong to it; large claims are not walked through at each start.
	fsGroup: USER,
	fsGroupChangePolicy: "OnRootMismatch",
	seccompProfile: { type: "RuntimeDefault" },
};

/** What it asks of a container, and a root file system nobody writes to. */
export const CONTAINER_SECURITY: types.input.core.v1.SecurityContext = {
	allowPrivilegeEscalation: false,
	readOnlyRootFilesystem: true,
	capabilities: { drop: ["ALL"] },
};

/** Name of a container or a volume for a member of the topology. */
export const memberName = (member: string) => member.replace(":", "-");

/** No limit of processor time: it would slow down what could run, and protects nobody here. */
export const resources = ({
	memoryMiB,
	reservedMiB,
}: Pick<ProgramArgs, "memoryMiB" | "reservedMiB">) => ({
	requests: { cpu: "20m", memory: `${reservedMiB}Mi` },
	limits: { memory: `${memoryMiB}Mi` },
});

/** The environment of a container, where it has one. */
export const environment = ({ env = {} }: Pick<ProgramArgs, "env">) =>
	Object.keys(env).length > 0
		? { env: Object.entries(env).map(([name, value]) => ({ name, value })) }
		: {};

/** Time in which a pod that is going away still gets connections, since others learn of it late. */
const DEREGISTER_SECONDS = 3;

/** How long a server has to stop, from being told to being killed. */
export const graceSeconds = (servers: readonly ServerArgs[]) =>
	DEREGISTER_SECONDS +
	Math.max(...servers.map(({ stopSeconds }) => stopSeconds)) +
	2;

/** The container of a server; volumes of the same names are the pod's. */
export function serverContainer(
	server: ServerArgs,
	volumeMounts: readonly types.input.core.v1.VolumeMount[],
): types.input.core.v1.Container {
	const { member, image, entrypoint, args, listens } = server;
	return {
		name: memberName(member),
		image: image.reference,
		imagePullPolicy: "IfNotPresent",
		command: [...entrypoint],
		args: [...args],
		...environment(server),
		ports: listens.map((containerPort) => ({ containerPort })),
		resources: resources(server),
		securityContext: CONTAINER_SECURITY,
		volumeMounts: [...volumeMounts],
		...probes(server.health),
		lifecycle: { preStop: preStop(server.stopSignal) },
	};
}

// A command, because what is asked answers inside the container only.
function probes(command: readonly string[]) {
	const exec = { command: [...command] };
	return {
		startupProbe: {
			exec,
			periodSeconds: 1,
			timeoutSeconds: 5,
			failureThreshold: 120,
		},
		readinessProbe: {
			exec,
			periodSeconds: 10,
			timeoutSeconds: 5,
			failureThreshold: 2,
		},
		// Patient: a server that only its storage keeps waiting is not helped by a restart.
		livenessProbe: {
			exec,
			periodSeconds: 30,
			timeoutSeconds: 10,
			failureThreshold: 6,
		},
	};
}

// kubelet sends SIGTERM whatever the program wants; this one is sent before, and waited for.
const preStop = (signal: string | undefined) =>
	signal === undefined
		? { sleep: { seconds: DEREGISTER_SECONDS } }
		: {
				exec: {
					command: [
						"sh",
						"-c",
						`sleep ${DEREGISTER_SECONDS}; kill -${signal.replace(/^SIG/, "")} 1; while kill -0 1; do sleep 1; done`,
					],
				},
			};

/** A container that ends when the text is at the URL, or after two minutes: waiting longer would help nobody. */
export function waitContainer(
	server: ServerArgs,
): types.input.core.v1.Container[] {
	const { startsAfter } = server;
	if (!startsAfter) return [];
	return [
		{
			name: `${memberName(server.member)}-waits`,
			image: server.image.reference,
			imagePullPolicy: "IfNotPresent",
			command: ["sh", "-c", WAIT],
			args: [startsAfter.url, startsAfter.text],
			resources: resources({ memoryMiB: 32, reservedMiB: 8 }),
			securityContext: CONTAINER_SECURITY,
		},
	];
}

// `sh -c` calls the first argument $0. Not wget's own timeout: Debian's busybox dies of it.
const WAIT = `for second in $(seq 120); do
  timeout 3 wget -q -O - "$0" | grep -qF -e "$1" && exit 0
  sleep 1
done
echo "$0 does not have $1 after two minutes; starting all the same"`;
