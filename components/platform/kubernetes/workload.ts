import type { types } from "@pulumi/kubernetes";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../../../topology/estate.ts";
import { aliasOf } from "../../../topology/hosts.ts";
import {
	memberLabel,
	NAME_LABEL_KEY,
	REPLICA_LABEL_KEY,
	stackLabels,
} from "../../../topology/kubernetes-labels.ts";
import type { KubernetesSpec } from "../../../topology/kubernetes-spec.ts";
import type { Server, ServerArgs } from "../platform.ts";
import { certificateSecret, expose, requestCertificate } from "./exposure.ts";
import { claimVolumes, containerFiles } from "./files.ts";
import { memberPolicy, networkPolicy } from "./network-policy.ts";
import {
	graceSeconds,
	memberName,
	POD_SECURITY,
	serverContainer,
	waitContainer,
} from "./pod.ts";
import { aliasServices } from "./services.ts";

/** What the workloads of one estate share. */
export interface WorkloadContext {
	readonly estate: Estate;
	readonly kubernetes: KubernetesSpec;
	/** Names and groups that have their object already. */
	readonly made: Set<string>;
}

/** Servers of one pod: one, or several over the same claim. */
export interface WorkloadArgs {
	readonly servers: readonly ServerArgs[];
	readonly namespace: pulumi.Output<string>;
	readonly dependsOn: readonly pulumi.Resource[];
}

/** How long pods may take to come up: images are pulled, claims are bound. */
const TIMEOUTS = { create: "5m", update: "5m" };
const STATELESS_REPLICAS = 2;

/**
 * A workload with its account, files, names and flows. Whatever has a claim is a StatefulSet, which never
 * runs two pods over it; what keeps nothing runs twice; anything else is replaced by taking it away first.
 */
export function workload(
	name: string,
	{ servers, namespace, dependsOn }: WorkloadArgs,
	{ estate, kubernetes: spec, made }: WorkloadContext,
	parent: pulumi.Resource,
): Server {
	const selector = { [NAME_LABEL_KEY]: name };
	const labels = { ...stackLabels(estate.stack), ...selector };
	const metadata = { name, namespace, labels };
	const replicaOf = servers.find((server) => server.replicaOf)?.replicaOf;
	const account = new kubernetes.core.v1.ServiceAccount(
		`${name}-account`,
		{ metadata, automountServiceAccountToken: false },
		{ parent },
	);
	const policy = networkPolicy(
		name,
		metadata,
		selector,
		memberPolicy(
			estate,
			servers.map(({ member }) => member),
			servers.flatMap(({ listens }) => listens),
		),
		parent,
	);
	const template = podTemplate();
	const options = {
		parent,
		dependsOn: [...dependsOn, policy, ...template.resources],
		customTimeouts: TIMEOUTS,
	};
	const pods = {
		selector: { matchLabels: selector },
		template: template.pod,
	};
	const resource = make();
	const at = { parent, pods: resource };
	for (const server of servers) {
		const own = servers.length === 1 ? name : memberName(server.member);
		aliasServices(own, server, { namespace, labels }, selector, made, at);
		if (server.certificate) {
			const hosts = server.publicHosts ?? [];
			requestCertificate(
				name,
				hosts,
				spec.exposure,
				{ namespace, labels },
				parent,
			);
		}
		expose(name, server, spec.exposure, { namespace, labels }, selector, at);
	}
	disruptionBudget();
	return { name: pulumi.interpolate`${namespace}/${name}`, resource };

	function make() {
		const hasClaim = servers.some(({ mounts = [] }) => mounts.length > 0);
		if (hasClaim) {
			return new kubernetes.apps.v1.StatefulSet(
				name,
				{
					metadata,
					spec: {
						...pods,
						serviceName: governingService(),
						replicas: 1,
						// Otherwise a pod that never gets ready is never replaced by a better one,
						// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
						podManagementPolicy: "Parallel",
					},
				},
				options,
			);
		}
		const isStateless = servers.every(({ stateless }) => stateless);
		return new kubernetes.apps.v1.Deployment(
			name,
			{
				metadata,
				spec: {
					...pods,
					replicas: isStateless ? STATELESS_REPLICAS : 1,
					strategy: isStateless
						? { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
						: { type: "Recreate" },
				},
			},
			options,
		);
	}

	// It has to exist; nobody asks for pods by it.
	function governingService() {
		const [first] = servers.flatMap(({ networks }) =>
			networks.flatMap(({ aliases }) => aliases),
		);
		return aliasOf(first ?? name);
	}

	function podTemplate() {
		const made = servers.map((server) => {
			const container = memberName(server.member);
			const own = servers.length === 1 ? name : container;
			return {
				server,
				files: containerFiles(
					own,
					{
						container,
						program: server,
						metadata: { namespace, labels },
						inbox: `${own}-inbox`,
					},
					parent,
				),
			};
		});
		const certified = servers.find(({ certificate }) => certificate);
		const tls = spec.exposure.tls;
		const asksPlatform = servers.some((server) => server.asksPlatform);
		const pod: types.input.core.v1.PodTemplateSpec = {
			metadata: {
				...(asksPlatform && { annotations: ASKS_THE_API }),
				labels: {
					...labels,
					...Object.assign(
						{},
						...servers.map(({ member }) => memberLabel(member)),
					),
					...(replicaOf && { [REPLICA_LABEL_KEY]: replicaOf }),
				},
			},
			spec: {
				serviceAccountName: account.metadata.name,
				automountServiceAccountToken: asksPlatform,
				enableServiceLinks: false,
				securityContext: POD_SECURITY,
				terminationGracePeriodSeconds: graceSeconds(servers),
				...(spec.imagePullSecret && {
					imagePullSecrets: [{ name: spec.imagePullSecret }],
				}),
				topologySpreadConstraints: spread(),
				initContainers: servers.flatMap(waitContainer),
				containers: made.map(({ server, files }) =>
					serverContainer(server, [
						...files.mounts,
						...(server.certificate
							? [
									{
										name: CERTIFICATE_VOLUME,
										mountPath: server.certificate,
										readOnly: true,
									},
								]
							: []),
					]),
				),
				volumes: [
					...made.flatMap(({ files }) => files.volumes),
					...claimVolumes(servers),
					...(certified && tls
						? [
								{
									name: CERTIFICATE_VOLUME,
									secret: {
										secretName: certificateSecret(tls),
										defaultMode: 0o440,
									},
								},
							]
						: []),
				],
			},
		};
		return { pod, resources: made.flatMap(({ files }) => files.resources) };
	}

	// On nodes and in zones of their own as far as there are any.
	function spread(): types.input.core.v1.TopologySpreadConstraint[] {
		const matchLabels = replicaOf
			? { [REPLICA_LABEL_KEY]: replicaOf }
			: selector;
		return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
			(topologyKey) => ({
				topologyKey,
				maxSkew: 1,
				whenUnsatisfiable: "ScheduleAnyway",
				labelSelector: { matchLabels },
			}),
		);
	}

	// Only where one is left: a budget for a single pod would hold up the maintenance of its node.
	function disruptionBudget() {
		const group = replicaOf ?? name;
		const isAlone = !replicaOf && !servers.every(({ stateless }) => stateless);
		if (isAlone || made.has(`budget ${group}`)) return;
		made.add(`budget ${group}`);
		new kubernetes.policy.v1.PodDisruptionBudget(
			`${name}-budget`,
			{
				metadata: { ...metadata, name: group },
				spec: {
					maxUnavailable: 1,
					selector: {
						matchLabels: replicaOf
							? { [REPLICA_LABEL_KEY]: replicaOf }
							: selector,
					},
				},
			},
			{ parent },
		);
	}
}

/** Why a pod carries a token for the API server, for those who ask. */
const ASKS_THE_API = {
	"registry-tiers/asks-the-api":
		"it fetches the keys with which the cluster signs the tokens of jobs",
};

const CERTIFICATE_VOLUME = "certificate";
