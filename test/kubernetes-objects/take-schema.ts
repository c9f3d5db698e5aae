import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { kubectl } from "../../toolchain/cluster/kubectl.ts";
import { runCaptured } from "../../toolchain/process.ts";
import {
	type CustomKind,
	cutSchema,
	type OpenApi,
	withCustomKind,
} from "./cut-schema.ts";

// `node test/kubernetes-objects/take-schema.ts && npm run format` takes the schemas anew from the cluster of
// `npm run cluster -- up`, and cert-manager's from its Go module. The running server says more than the documents of
// its source: those have no enums.

const CERT_MANAGER = "github.com/cert-manager/cert-manager@v1.19.2";

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

const schemas = withCustomKind(cutSchema(documents), await certificateKind());
writeFileSync(
	new URL("./schema/kubernetes.json", import.meta.url),
	`${JSON.stringify({ kubernetes: serverVersion.gitVersion, certManager: CERT_MANAGER, ...schemas }, undefined, "\t")}\n`,
);

async function certificateKind(): Promise<CustomKind> {
	const { code, stdout, stderr } = await runCaptured("go", [
		...["mod", "download", "-json", CERT_MANAGER],
	]);
	if (code !== 0) throw new Error(`no ${CERT_MANAGER}: ${stderr || stdout}`);
	const { Dir } = JSON.parse(stdout) as { Dir: string };
	const file = join(Dir, "deploy/crds/cert-manager.io_certificates.yaml");
	return parse(readFileSync(file, "utf8"));
}
