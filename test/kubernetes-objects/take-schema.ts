import { writeFileSync } from "node:fs";
import { kubectl } from "../../toolchain/cluster/kubectl.ts";
import { cutSchema, type OpenApi } from "./cut-schema.ts";

// `node test/kubernetes-objects/take-schema.ts && npm run format` takes the schemas anew from the cluster of
// `npm run cluster -- up`. The running server says more than the documents of its source: those have no enums.

/** Kinds that this project renders, or may. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
	"api/v1": [
		"ConfigMap",
		"LimitRange",
		"Namespace",
		"PersistentVolumeClaim",
		"ResourceQuota",
		"Secret",
		"Service",
		"ServiceAccount",
	],
	"apis/apps/v1": ["Deployment", "StatefulSet"],
	"apis/batch/v1": ["CronJob", "Job"],
	"apis/networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
	"apis/policy/v1": ["PodDisruptionBudget"],
	"apis/rbac.authorization.k8s.io/v1": ["Role", "RoleBinding"],
};

const { serverVersion } = JSON.parse(
	await kubectl(["version", "--output", "json"]),
) as { serverVersion: { gitVersion: string } };

const documents = await Promise.all(
	Object.entries(KINDS).map(async ([path, kinds]) => ({
		kinds,
		document: JSON.parse(
			await kubectl(["get", "--raw", `/openapi/v3/${path}`]),
		) as OpenApi,
	})),
);

writeFileSync(
	new URL("./schema/kubernetes.json", import.meta.url),
	`${JSON.stringify({ kubernetes: serverVersion.gitVersion, ...cutSchema(documents) }, undefined, "\t")}\n`,
);
