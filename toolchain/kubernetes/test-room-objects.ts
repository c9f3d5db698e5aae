import type { Estate } from "../../topology/estate.ts";
import { namespaceOf } from "../../topology/hosts.ts";
import { memberLabel } from "../../topology/kubernetes-labels.ts";
import { SERVICE_PORT } from "../../topology/names.ts";
import type { PropertyMap } from "../providers/values.ts";

/** Label of all that a test makes for the time it runs; its value is the stack. */
export const ROOM_LABEL = "registry-tiers/test-room";

/** The pod of a test room, and its container. */
export const ROOM_POD = "test";
const ACCOUNT = "test";

export interface Room {
	readonly estate: Estate;
	/** Namespace of its own. */
	readonly namespace: string;
	/** The services of the estate, by digest. */
	readonly image: string;
	/** The login for that image. @default - none is needed */
	readonly pullSecret?: PropertyMap;
}

/** A namespace like those of the tiers, without a policy of its own, and a pod in it that waits. */
export function roomObjects({
	estate,
	namespace,
	image,
	pullSecret,
}: Room): readonly PropertyMap[] {
	const labels = { [ROOM_LABEL]: estate.stack };
	const pullName = estate.kubernetes?.imagePullSecret;
	return [
		{
			apiVersion: "v1",
			kind: "Namespace",
			metadata: {
				name: namespace,
				labels: {
					...labels,
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
		...(pullSecret && pullName
			? [{ ...pullSecret, metadata: { name: pullName, namespace } }]
			: []),
		{
			apiVersion: "v1",
			kind: "Pod",
			metadata: { name: ROOM_POD, namespace, labels },
			spec: {
				serviceAccountName: ACCOUNT,
				automountServiceAccountToken: false,
				enableServiceLinks: false,
				restartPolicy: "Never",
				terminationGracePeriodSeconds: 0,
				// A room that nobody takes down ends by itself.
				activeDeadlineSeconds: 900,
				securityContext: {
					runAsNonRoot: true,
					runAsUser: 10_001,
					seccompProfile: { type: "RuntimeDefault" },
				},
				...(pullName && { imagePullSecrets: [{ name: pullName }] }),
				containers: [
					{
						name: ROOM_POD,
						image,
						imagePullPolicy: "IfNotPresent",
						command: ["node", "-e", "setInterval(() => {}, 1e9)"],
						resources: {
							requests: { cpu: "10m", memory: "96Mi" },
							limits: { memory: "256Mi" },
						},
						securityContext: {
							allowPrivilegeEscalation: false,
							readOnlyRootFilesystem: true,
							capabilities: { drop: ["ALL"] },
						},
					},
				],
			},
		},
	];
}

/**
 * Lets a namespace reach every front of the estate, that of `prod-rw` too: one policy beside those of each
 * front. What the tiers refuse then, they refuse themselves.
 */
export function roomOpenings({
	estate,
	namespace,
}: Pick<Room, "estate" | "namespace">): readonly PropertyMap[] {
	return estate.gates.map(({ name }) => {
		const front = `front:${name}` as const;
		return {
			apiVersion: "networking.k8s.io/v1",
			kind: "NetworkPolicy",
			metadata: {
				name: `${namespace}-to-${name}`,
				namespace: namespaceOf(estate, front),
				labels: { [ROOM_LABEL]: estate.stack },
			},
			spec: {
				podSelector: { matchLabels: memberLabel(front) },
				policyTypes: ["Ingress"],
				ingress: [
					{
						from: [
							{
								namespaceSelector: {
									matchLabels: { "kubernetes.io/metadata.name": namespace },
								},
							},
						],
						ports: [{ protocol: "TCP", port: SERVICE_PORT }],
					},
				],
			},
		};
	});
}
