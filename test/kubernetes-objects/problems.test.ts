import { expect, test } from "vitest";
import { edited, titled } from "./edit.ts";
import { EDITS } from "./edits/all.ts";
import { type KubernetesObject, named } from "./object.ts";
import { problemsOfObjects } from "./problems.ts";
import { sampleObjects } from "./sample.ts";

test("finds nothing in one object of each kind that the project renders", () => {
	expect(problemsOfObjects(sampleObjects())).toEqual([]);
});

test.each(EDITS.map(titled))("refuses %s", (_, edit) => {
	const { objects, object } = edited(edit);
	expect(problemsOfObjects(objects)).toEqual([
		`${named(object)}: ${edit.problem}`,
		...(edit.also ?? []),
	]);
});

test("names a kind that it has no schema of, instead of letting it pass", () => {
	const objects = sampleObjects().map((object) =>
		object.kind === "LimitRange" ? { ...object, kind: "LimitRanges" } : object,
	);
	expect(problemsOfObjects(objects)).toEqual([
		"LimitRanges \"t-golden-sample/all\": no schema of 'v1 LimitRanges', only of apps/v1 Deployment, apps/v1 StatefulSet, batch/v1 CronJob, batch/v1 Job, cert-manager.io/v1 Certificate, networking.k8s.io/v1 Ingress, networking.k8s.io/v1 NetworkPolicy, policy/v1 PodDisruptionBudget, rbac.authorization.k8s.io/v1 Role, rbac.authorization.k8s.io/v1 RoleBinding, v1 ConfigMap, v1 LimitRange, v1 Namespace, v1 PersistentVolumeClaim, v1 ResourceQuota, v1 Secret, v1 Service, v1 ServiceAccount; add it to take-schema.ts",
	]);
});

test("refuses an object without a name", () => {
	const nameless = { ...found("LimitRange"), metadata: {} };
	expect(problemsOfObjects([nameless as KubernetesObject])).toEqual([
		"LimitRange without a name: metadata.name is missing",
	]);
});

test("refuses two objects of one name, and the same name in another namespace is none of them", () => {
	const again = found("LimitRange");
	expect(problemsOfObjects([...sampleObjects(), again])).toEqual([
		'LimitRange "t-golden-sample/all" is rendered twice',
	]);
	const elsewhere = [
		{ apiVersion: "v1", kind: "Namespace", metadata: { name: "far" } },
		{ ...again, metadata: { name: "all", namespace: "far" } },
	];
	expect(problemsOfObjects([...sampleObjects(), ...elsewhere])).toEqual([]);
});

test("refuses an object whose namespace nobody makes", () => {
	const stray = {
		...found("LimitRange"),
		metadata: { name: "all", namespace: "far" },
	};
	expect(problemsOfObjects([...sampleObjects(), stray])).toEqual([
		"LimitRange \"far/all\": metadata.namespace 'far' is not among the objects",
	]);
});

test("refuses two workloads of a namespace that select each other's pods", () => {
	const deployment = found("Deployment");
	const twin = {
		...deployment,
		metadata: { ...deployment.metadata, name: "twin" },
	};
	expect(problemsOfObjects([...sampleObjects(), twin])).toEqual([
		'Deployment "t-golden-sample/server": spec.selector selects pods of Deployment "t-golden-sample/twin"',
		'Deployment "t-golden-sample/twin": spec.selector selects pods of Deployment "t-golden-sample/server"',
	]);
});

test("takes the name of an object that somebody else makes, when it is told of it", () => {
	const { objects } = edited({
		kind: "Ingress",
		at: ["spec", "tls", 0, "secretName"],
		to: "given",
		problem: "",
	});
	expect(
		problemsOfObjects(objects, {
			outside: ['Secret "t-golden-sample/given"'],
		}),
	).toEqual([]);
});

test("knows that cert-manager makes the Secrets of Certificates and of Ingresses it is told of", () => {
	const certificate = {
		apiVersion: "cert-manager.io/v1",
		kind: "Certificate",
		metadata: { name: "public", namespace: "t-golden-sample" },
		spec: {
			secretName: "given",
			dnsNames: ["registry.example.com"],
			issuerRef: { name: "acme", kind: "ClusterIssuer" },
		},
	};
	const { objects, object } = edited({
		kind: "Ingress",
		at: ["spec", "tls", 0, "secretName"],
		to: "given",
		problem: "",
	});
	expect(problemsOfObjects([...objects, certificate])).toEqual([]);
	const misspelt = { ...certificate, spec: { secret: "given" } };
	expect(problemsOfObjects([misspelt])).toEqual([
		'Certificate "t-golden-sample/public": spec.issuerRef is missing',
		'Certificate "t-golden-sample/public": spec.secretName is missing',
		expect.stringContaining("spec.secret is no field; fields there are "),
	]);
	const told = {
		...object,
		metadata: {
			...object.metadata,
			annotations: { "cert-manager.io/cluster-issuer": "acme" },
		},
	};
	expect(
		problemsOfObjects(
			objects.map((other) => (other === object ? told : other)),
		),
	).toEqual([]);
});

test("tells what the schema refuses first and alone, and of every object", () => {
	const { objects } = edited({
		kind: "Service",
		at: ["spec"],
		to: { ports: [{}], type: "Internal" },
		problem: "",
	});
	const also = { ...found("LimitRange"), spec: { limits: [{ type: 1 }] } };
	expect(problemsOfObjects([...objects, also])).toEqual([
		'Service "t-golden-sample/server": spec.ports[0].port is missing',
		'Service "t-golden-sample/server": spec.type is "Internal", expected one of ClusterIP, ExternalName, LoadBalancer, NodePort',
		'LimitRange "t-golden-sample/all": spec.limits[0].type is 1, expected string',
	]);
});

function found(kind: string): KubernetesObject {
	const object = sampleObjects().find((candidate) => candidate.kind === kind);
	if (!object) throw new Error(`the sample has no ${kind}`);
	return object;
}
