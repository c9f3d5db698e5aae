import { describe, expect, test } from "vitest";
import {
	importedInputs,
	liveInputs,
} from "../../../../toolchain/providers/kubernetes/live-inputs.ts";

describe("after a refresh the inputs", () => {
	const inputs = {
		kind: "Deployment",
		metadata: { name: "front", labels: { a: "1" } },
		spec: { replicas: 2, limits: { memory: "1024Mi" }, args: ["a", "b"] },
	};
	const left = {
		kind: "Deployment",
		metadata: { name: "front", labels: { a: "1" }, uid: "u", generation: 1 },
		spec: {
			replicas: 2,
			limits: { memory: "1Gi" },
			args: ["a", "b"],
			strategy: "RollingUpdate",
		},
	};

	test("are as they were when nobody changed the object, however the API server writes it", () => {
		expect(liveInputs(inputs, left, { ...left, status: { ready: 2 } })).toEqual(
			inputs,
		);
	});

	test("have what somebody changed or removed, and nothing the program never named", () => {
		const live = {
			kind: "Deployment",
			metadata: { name: "front", labels: { b: "2" }, uid: "u", generation: 2 },
			spec: {
				replicas: 5,
				limits: { memory: "1Gi" },
				args: ["a", "c", "d"],
				strategy: "Recreate",
			},
		};
		expect(liveInputs(inputs, left, live)).toEqual({
			kind: "Deployment",
			metadata: { name: "front", labels: {} },
			spec: {
				replicas: 5,
				limits: { memory: "1024Mi" },
				args: ["a", "c", "d"],
			},
		});
	});

	test("follow a Secret's stringData, which the API server keeps encoded", () => {
		const secret = { kind: "Secret", stringData: { a: "one", b: "two" } };
		const data = (a: string) => ({
			kind: "Secret",
			data: { a, b: "dHdv" },
		});
		expect(liveInputs(secret, data("b25l"), data("b25l"))).toEqual(secret);
		expect(liveInputs(secret, data("b25l"), data("ZHJpZnQ="))).toEqual({
			kind: "Secret",
			stringData: { a: "drift", b: "two" },
		});
	});
});

test("an import has all that a program can want, and nothing the cluster adds", () => {
	expect(
		importedInputs({
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata: {
				name: "front",
				namespace: "prod",
				uid: "u",
				resourceVersion: "7",
				generation: 3,
				creationTimestamp: "2026-01-01T00:00:00Z",
				managedFields: [{ manager: "kubectl" }],
				annotations: { "deployment.kubernetes.io/revision": "3" },
				labels: { a: "1" },
			},
			spec: { replicas: 2 },
			status: { replicas: 2 },
		}),
	).toEqual({
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { name: "front", namespace: "prod", labels: { a: "1" } },
		spec: { replicas: 2 },
	});
});
