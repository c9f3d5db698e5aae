import { describe, expect, test } from "vitest";
import { awaiterFor } from "../../../../toolchain/providers/kubernetes/awaits/awaiters.ts";
import { judgeJob } from "../../../../toolchain/providers/kubernetes/awaits/job.ts";
import {
	podProblems,
	warnings,
} from "../../../../toolchain/providers/kubernetes/awaits/pods.ts";
import {
	judgeDaemonSet,
	judgeDeployment,
	judgeStatefulSet,
} from "../../../../toolchain/providers/kubernetes/awaits/rollout.ts";
import {
	judgeIngress,
	judgeService,
} from "../../../../toolchain/providers/kubernetes/awaits/service.ts";
import {
	judgeClaim,
	judgeVolume,
} from "../../../../toolchain/providers/kubernetes/awaits/volume.ts";
import type { PropertyMap } from "../../../../toolchain/providers/values.ts";

const ready = { state: "ready" };
const waiting = (progress: string) => ({ state: "waiting", progress });
const failed = (reason: string) => ({ state: "failed", reason });

const workload = (
	spec: PropertyMap,
	status: PropertyMap,
	generation = 2,
): PropertyMap => ({ metadata: { generation }, spec, status });

describe("a Deployment", () => {
	const status = {
		observedGeneration: 2,
		replicas: 2,
		updatedReplicas: 2,
		availableReplicas: 2,
	};

	test("is ready when all pods are new and available and no old one is left", () => {
		expect(judgeDeployment(workload({ replicas: 2 }, status))).toEqual(ready);
		expect(
			judgeDeployment(workload({ replicas: 0 }, { observedGeneration: 2 })),
		).toEqual(ready);
	});

	test.each([
		[{ observedGeneration: 1 }, "its controller has not looked at it yet"],
		[{ updatedReplicas: 1 }, "1 of 2 pods have the new template"],
		[{ replicas: 3 }, "1 old pods are still to end"],
		[{ availableReplicas: 0 }, "0 of 2 pods are available"],
	])("with %j waits: %s", (change, progress) => {
		expect(
			judgeDeployment(workload({ replicas: 2 }, { ...status, ...change })),
		).toEqual(waiting(progress));
	});

	test("says why the API server admits none of its pods", () => {
		const conditions = [
			{
				type: "ReplicaFailure",
				status: "True",
				message: "violates PodSecurity",
			},
		];
		expect(
			judgeDeployment(
				workload({ replicas: 1 }, { observedGeneration: 2, conditions }),
			),
		).toEqual(
			waiting("0 of 1 pods have the new template: violates PodSecurity"),
		);
	});

	test("fails when its own deadline has passed", () => {
		const conditions = [
			{
				type: "Progressing",
				status: "False",
				reason: "ProgressDeadlineExceeded",
				message: 'ReplicaSet "x" has timed out progressing.',
			},
		];
		expect(
			judgeDeployment(workload({ replicas: 2 }, { ...status, conditions })),
		).toEqual(failed('ReplicaSet "x" has timed out progressing.'));
	});
});

describe("a StatefulSet", () => {
	const status = {
		observedGeneration: 2,
		replicas: 2,
		updatedReplicas: 2,
		availableReplicas: 2,
	};

	test("is ready when all pods are new and available; with OnDelete, of any template", () => {
		expect(judgeStatefulSet(workload({ replicas: 2 }, status))).toEqual(ready);
		expect(
			judgeStatefulSet(
				workload(
					{ replicas: 2, updateStrategy: { type: "OnDelete" } },
					{ ...status, updatedReplicas: 0 },
				),
			),
		).toEqual(ready);
	});

	test("leaves the pods below its partition out", () => {
		const spec = {
			replicas: 2,
			updateStrategy: {
				type: "RollingUpdate",
				rollingUpdate: { partition: 1 },
			},
		};
		expect(
			judgeStatefulSet(workload(spec, { ...status, updatedReplicas: 1 })),
		).toEqual(ready);
		expect(
			judgeStatefulSet(workload(spec, { ...status, updatedReplicas: 0 })),
		).toEqual(waiting("0 of 1 pods have the new template"));
	});

	test("waits for pods that are not available, and for its controller", () => {
		expect(
			judgeStatefulSet(
				workload({ replicas: 2 }, { ...status, availableReplicas: 1 }),
			),
		).toEqual(waiting("1 of 2 pods are available"));
		expect(judgeStatefulSet(workload({ replicas: 2 }, status, 3))).toEqual(
			waiting("its controller has not looked at it yet"),
		);
	});
});

test("a DaemonSet is ready when each of its nodes has an available new pod", () => {
	const status = {
		observedGeneration: 2,
		desiredNumberScheduled: 3,
		updatedNumberScheduled: 3,
		numberAvailable: 3,
	};
	expect(judgeDaemonSet(workload({}, status))).toEqual(ready);
	expect(
		judgeDaemonSet(workload({}, { ...status, updatedNumberScheduled: 2 })),
	).toEqual(waiting("2 of 3 pods have the new template"));
	expect(
		judgeDaemonSet(workload({}, { ...status, numberAvailable: 1 })),
	).toEqual(waiting("1 of 3 pods are available"));
});

test("a Job is ready when it is complete or suspended, and fails with its own reason", () => {
	const job = (condition: PropertyMap): PropertyMap => ({
		spec: { completions: 1 },
		status: { conditions: [condition], failed: 1 },
	});
	expect(judgeJob(job({ type: "Complete", status: "True" }))).toEqual(ready);
	expect(judgeJob({ spec: { suspend: true } })).toEqual(ready);
	expect(
		judgeJob(
			job({
				type: "Failed",
				status: "True",
				reason: "BackoffLimitExceeded",
				message: "Job has reached the specified backoff limit",
			}),
		),
	).toEqual(
		failed("BackoffLimitExceeded: Job has reached the specified backoff limit"),
	);
	expect(judgeJob(job({ type: "Failed", status: "False" }))).toEqual(
		waiting("0 of 1 pods have succeeded, 1 have failed"),
	);
});

describe("a Service", () => {
	const slice = (...endpoints: PropertyMap[]) => [{ endpoints }];
	const NO_PODS = waiting(
		"no pod that is ready matches its selector; where none is to, annotate it with pulumi.com/skipAwait",
	);

	test("waits for one endpoint that is ready", () => {
		const service = { spec: { type: "ClusterIP", clusterIP: "10.96.0.9" } };
		expect(judgeService(service, [])).toEqual(NO_PODS);
		expect(
			judgeService(service, slice({ conditions: { ready: false } })),
		).toEqual(NO_PODS);
		expect(
			judgeService(
				service,
				slice(
					{ conditions: { ready: false } },
					{ conditions: { ready: true } },
				),
			),
		).toEqual(ready);
		expect(judgeService(service, slice({}))).toEqual(ready);
	});

	test("does not wait for pods when it is headless or a name elsewhere", () => {
		expect(judgeService({ spec: { clusterIP: "None" } }, [])).toEqual(ready);
		expect(judgeService({ spec: { type: "ExternalName" } }, [])).toEqual(ready);
	});

	test("waits for the address of its load balancer, as an Ingress does", () => {
		const spec = { type: "LoadBalancer", clusterIP: "10.96.0.9" };
		const address = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
		expect(judgeService({ spec }, slice({}))).toEqual(
			waiting(
				"its load balancer has no address; the cluster may have nothing that provides them",
			),
		);
		expect(judgeService({ spec, status: address }, slice({}))).toEqual(ready);
		expect(judgeIngress({ status: address })).toEqual(ready);
		expect(judgeIngress({ status: { loadBalancer: {} } })).toEqual(
			waiting(
				"it has no address; the cluster may have no controller of its class",
			),
		);
	});
});

describe("a claim", () => {
	const claim = (phase: string, storageClassName?: string): PropertyMap => ({
		spec: storageClassName === undefined ? {} : { storageClassName },
		status: { phase },
	});

	test("is ready when it is bound, or will be with its first pod", () => {
		expect(judgeClaim(claim("Bound", "fast"), undefined)).toEqual(ready);
		expect(
			judgeClaim(claim("Pending", "fast"), {
				volumeBindingMode: "WaitForFirstConsumer",
			}),
		).toEqual(ready);
		expect(
			judgeClaim(claim("Pending", "fast"), { volumeBindingMode: "Immediate" }),
		).toEqual(waiting("it is not bound to a volume"));
		expect(judgeClaim(claim("Lost", "fast"), undefined)).toEqual(
			failed("its volume is gone"),
		);
	});

	test("says that its class, or any, is missing", () => {
		expect(judgeClaim(claim("Pending"), undefined)).toEqual(
			waiting(
				"it has no storage class: set storageClassName, or make a StorageClass of the cluster the default",
			),
		);
		expect(judgeClaim(claim("Pending", "fast"), undefined)).toEqual(
			waiting('there is no StorageClass "fast"'),
		);
		expect(judgeClaim(claim("Pending", ""), undefined)).toEqual(
			waiting("it is not bound to a volume"),
		);
	});

	test("finds its volume ready when it is free or taken", () => {
		expect(judgeVolume({ status: { phase: "Available" } })).toEqual(ready);
		expect(judgeVolume({ status: { phase: "Bound" } })).toEqual(ready);
		expect(judgeVolume({ status: { phase: "Pending" } })).toEqual(
			waiting("it is not available"),
		);
		expect(
			judgeVolume({ status: { phase: "Failed", message: "no such disk" } }),
		).toEqual(failed("no such disk"));
	});
});

describe("why pods are not ready", () => {
	const pod = (status: PropertyMap, metadata: PropertyMap = {}) => ({
		metadata: { name: "front-1", ...metadata },
		status,
	});

	test.each([
		[
			{
				phase: "Pending",
				conditions: [
					{
						type: "PodScheduled",
						status: "False",
						message: "0/1 nodes are available: 1 Insufficient cpu.",
					},
				],
			},
			"pod front-1: not scheduled: 0/1 nodes are available: 1 Insufficient cpu.",
		],
		[
			{
				phase: "Pending",
				containerStatuses: [
					{
						name: "nginx",
						state: {
							waiting: {
								reason: "ImagePullBackOff",
								message: 'Back-off pulling image "nowhere/x"',
							},
						},
					},
				],
			},
			'pod front-1: container nginx: ImagePullBackOff: Back-off pulling image "nowhere/x"',
		],
		[
			{
				phase: "Running",
				containerStatuses: [
					{
						name: "gate",
						state: { waiting: { reason: "CrashLoopBackOff" } },
						lastState: {
							terminated: {
								reason: "Error",
								exitCode: 3,
								message: "no key\n",
							},
						},
					},
				],
			},
			"pod front-1: container gate: CrashLoopBackOff: Error, exit code 3: no key",
		],
		[
			{
				phase: "Pending",
				initContainerStatuses: [
					{
						name: "prepare",
						state: { terminated: { reason: "Error", exitCode: 1 } },
					},
				],
				containerStatuses: [
					{
						name: "gate",
						state: { waiting: { reason: "PodInitializing" } },
					},
				],
			},
			"pod front-1: container prepare: Error, exit code 1",
		],
		[
			{
				phase: "Running",
				conditions: [
					{
						type: "Ready",
						status: "False",
						message: "containers with unready status: [gate]",
					},
				],
			},
			"pod front-1: containers with unready status: [gate]",
		],
	])("%j", (status, line) => {
		expect(podProblems([pod(status)])).toEqual([line]);
	});

	test("is not asked of pods that are ready, done or on their way out", () => {
		expect(
			podProblems([
				pod({ conditions: [{ type: "Ready", status: "True" }] }),
				pod({ phase: "Succeeded" }),
				pod({ phase: "Running" }, { deletionTimestamp: "now" }),
			]),
		).toEqual([]);
	});

	test("may only be in events: the newest three warnings, each once", () => {
		const event = (
			lastTimestamp: string,
			message: string,
			type = "Warning",
		) => ({
			type,
			reason: "FailedCreate",
			message,
			lastTimestamp,
		});
		expect(
			warnings([
				event("5", "e"),
				event("1", "a"),
				event("2", "b"),
				event("4", "d"),
				event("6", "fine", "Normal"),
				event("3", "d"),
			]),
		).toEqual(["FailedCreate: b", "FailedCreate: d", "FailedCreate: e"]);
	});
});

test("kinds without a status to wait for are ready at once", () => {
	for (const kind of ["ConfigMap", "Secret", "Namespace", "ServiceAccount"])
		expect(awaiterFor({ apiVersion: "v1", kind })).toBeUndefined();
	expect(
		awaiterFor({ apiVersion: "batch/v1", kind: "CronJob" }),
	).toBeUndefined();
});
