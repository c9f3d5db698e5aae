import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Estate, Member } from "../../../topology/estate.ts";
import { namespaceOf } from "../../../topology/hosts.ts";
import {
	NAME_LABEL_KEY,
	stackLabels,
} from "../../../topology/kubernetes-labels.ts";
import { UnsupportedError } from "../../../topology/unsupported.ts";
import type {
	ImageSource,
	Placement,
	Platform,
	ScheduleArgs,
	StorageArgs,
} from "../platform.ts";
import { Namespaces } from "./namespaces.ts";
import { cronJob } from "./schedule.ts";
import { type WorkloadContext, workload } from "./workload.ts";

/** Runs the tiers on a Kubernetes cluster, each in a namespace of its own. */
export function kubernetesPlatform(
	estate: Estate,
	opts: pulumi.ComponentResourceOptions,
): Platform {
	const spec = estate.kubernetes;
	if (!spec) throw new Error("an estate on Kubernetes says where");
	const namespaces = new Namespaces("namespaces", { estate }, opts);
	const context: WorkloadContext = {
		estate,
		kubernetes: spec,
		made: new Set(),
	};
	const namespaceFor = (member: Member) =>
		namespaces.named(namespaceOf(estate, member));
	return {
		nameServer: spec.dns,
		asRoot: false,
		image,
		// Pods share one network; who may reach whom is in their policies.
		network: (name) => ({ name: pulumi.output(name) }),
		storage,
		server: (name, args, { parent, dependsOn = [] }) =>
			workload(
				name,
				{ servers: [args], namespace: namespaceFor(args.member), dependsOn },
				context,
				parent,
			),
		sideBySide: (name, servers, parent) => {
			const [first] = servers;
			if (!first) return;
			workload(
				name,
				{
					servers: servers.map(({ args }) => args),
					namespace: namespaceFor(first.args.member),
					dependsOn: servers.flatMap(({ dependsOn }) => dependsOn),
				},
				context,
				parent,
			);
		},
		schedule,
	};

	function image(name: string, source: ImageSource) {
		if (source.kind === "given") {
			return { reference: pulumi.output(source.reference) };
		}
		throw new UnsupportedError(
			name,
			`an image that is ${source.kind} by the platform, which a cluster does not do`,
			"name it by its digest in estate.kubernetes.images",
		);
	}

	function storage(
		name: string,
		{ durability, owner, size }: StorageArgs,
		{ parent }: Placement,
	) {
		const kept = durability === "kept";
		const claim = new kubernetes.core.v1.PersistentVolumeClaim(
			name,
			{
				metadata: {
					name,
					namespace: namespaceFor(owner),
					labels: { ...stackLabels(estate.stack), [NAME_LABEL_KEY]: name },
					// Some classes wait for the first pod, which waits for the claim.
					annotations: { "pulumi.com/skipAwait": "true" },
				},
				spec: {
					accessModes: ["ReadWriteOnce"],
					resources: { requests: { storage: size } },
					...(spec?.storageClass && { storageClassName: spec.storageClass }),
				},
			},
			{
				parent,
				protect: kept,
				retainOnDelete: kept,
				// Every change of a claim is a new, empty one to the plugin; claims grow by `kubectl patch`.
				ignoreChanges: ["spec"],
			},
		);
		return { id: name, name: claim.metadata.name };
	}

	function schedule(name: string, args: ScheduleArgs, { parent }: Placement) {
		const jobs = args.runs.map((run) => ({
			run,
			job: cronJob(
				`${name}-${run.name}`,
				run,
				args,
				namespaceFor(run.member),
				context,
				parent,
			),
		}));
		const [first] = jobs;
		if (!first) throw new Error(`the schedule '${name}' has nothing to run`);
		return {
			name: pulumi.interpolate`${namespaceFor(first.run.member)}/${first.run.name}`,
			resource: first.job,
		};
	}
}
