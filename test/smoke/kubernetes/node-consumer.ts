import { forgetImage } from "../../../toolchain/cluster/images.ts";
import { applyObjects, kubectl } from "../../../toolchain/cluster/kubectl.ts";
import {
	nameHosts,
	setRegistryHost,
} from "../../../toolchain/cluster/node-files.ts";
import { clientConfigFiles } from "../../../topology/client-config/client-config.ts";
import { registryNamed } from "../../../topology/estate.ts";
import { namespaceNamed, namespaceOf } from "../../../topology/hosts.ts";
import { memberLabel } from "../../../topology/kubernetes-labels.ts";
import { cacheName } from "../../../topology/names.ts";
import { publishedAddress } from "../../../topology/published.ts";
import { type Check, expectEqual, type Section } from "../checks.ts";
import type { ClusterEstate, ClusterImage } from "./cluster-estate.ts";

const APP = "app";
const PULL_SECRET = "pull-prod";
const WITHIN = "--timeout=120s";

/**
 * The node itself is a consumer of a region: its containerd pulls what Pods name by Prod, through the region's
 * cache, with the files the stack emits.
 */
export function nodeConsumer(
	running: ClusterEstate,
	image: ClusterImage,
	region: string,
): Section {
	const { estate, hosts, password } = running;
	const prod = publishedAddress(registryNamed(estate, "prod")) ?? "";
	const name = `${prod}/${image.repository}:${image.release}`;
	const cache = cacheName("prod", region);
	const namespace = namespaceNamed(estate.stack, "smoke");
	const prodSpace = namespaceOf(estate, "registry:prod");
	const cacheSpace = namespaceOf(estate, `registry:${cache}`);
	const isAway = { prod: false };
	const checks: readonly Check[] = [
		{
			promise:
				"a Deployment starts from a Prod image that the node pulls through its region's cache",
			needed: true,
			run: async () => {
				prepareNode();
				await removeNamespace();
				await applyObjects({
					apiVersion: "v1",
					kind: "List",
					items: consumerObjects(),
				});
				await pullsAgain();
				if (!(await cacheLog()).includes(image.repository)) {
					throw new Error(`${cache} was not asked for ${image.repository}`);
				}
			},
		},
		{
			promise:
				"again on a node without the image, while Prod has no pod at all",
			run: async () => {
				await scaleProd(0);
				await pullsAgain();
			},
		},
		{
			promise:
				"the pods of the cache are replaced while Prod is away, and serve what they had",
			run: async () => {
				expectEqual("whether Prod is away", isAway.prod, true);
				await deleteCachePods();
				await pullsAgain();
			},
		},
		{
			promise: "Prod is back",
			run: () => scaleProd(1),
		},
	];
	return {
		heading: "the node as a consumer",
		checks,
		restore: async () => {
			if (isAway.prod) await scaleProd(1);
			await removeNamespace();
			await forgetImage(name);
			setRegistryHost(prod, undefined);
			nameHosts({});
		},
	};

	function prepareNode(): void {
		const path = `containerd/certs.d/${prod}/hosts.toml`;
		const file = clientConfigFiles(estate)[region]?.[path];
		if (!file) throw new Error(`the stack emits no ${path} for ${region}`);
		setRegistryHost(prod, file);
		nameHosts(hosts);
	}

	function consumerObjects(): readonly object[] {
		const auth = Buffer.from(`consumer:${password("consumer", cache)}`);
		const labels = { app: APP };
		return [
			{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
			{
				apiVersion: "v1",
				kind: "Secret",
				type: "kubernetes.io/dockerconfigjson",
				metadata: { name: PULL_SECRET, namespace },
				stringData: {
					".dockerconfigjson": JSON.stringify({
						auths: { [prod]: { auth: auth.toString("base64") } },
					}),
				},
			},
			{
				apiVersion: "apps/v1",
				kind: "Deployment",
				metadata: { name: APP, namespace },
				spec: {
					replicas: 0,
					selector: { matchLabels: labels },
					template: {
						metadata: { labels },
						spec: {
							terminationGracePeriodSeconds: 0,
							imagePullSecrets: [{ name: PULL_SECRET }],
							containers: [
								{ name: APP, image: name, imagePullPolicy: "Always" },
							],
						},
					},
				},
			},
		];
	}

	/** Empties the node of the image and starts the Deployment from nothing. */
	async function pullsAgain(): Promise<void> {
		await scale(namespace, `deployment/${APP}`, 0);
		await kubectl([
			...["--namespace", namespace, "wait", "pods", "--for=delete"],
			...["--selector", `app=${APP}`, WITHIN],
		]);
		await forgetImage(name);
		await scale(namespace, `deployment/${APP}`, 1);
		await kubectl([
			...["--namespace", namespace, "rollout", "status"],
			...[`deployment/${APP}`, WITHIN],
		]);
		const digest = await kubectl([
			...["--namespace", namespace, "get", "pods", "--selector", `app=${APP}`],
			"--output=jsonpath={.items[0].status.containerStatuses[0].imageID}",
		]);
		expectEqual("the digest", digest.split("@")[1], image.digest);
	}

	async function scaleProd(replicas: number): Promise<void> {
		isAway.prod = replicas === 0;
		const [[key, value] = []] = Object.entries(memberLabel("registry:prod"));
		const pods = [
			...["--namespace", prodSpace, "wait", "pods", WITHIN],
			...["--selector", `${key}=${value}`],
		];
		await scale(prodSpace, "statefulset/prod-server", replicas);
		if (replicas === 0) await kubectl([...pods, "--for=delete"]);
		else {
			await kubectl([
				...["--namespace", prodSpace, "rollout", "status"],
				...["statefulset/prod-server", WITHIN],
			]);
		}
	}

	async function deleteCachePods(): Promise<void> {
		const pods = await cachePods();
		await kubectl(["--namespace", cacheSpace, "delete", ...pods]);
		for (const pod of pods) {
			await kubectl([
				...["--namespace", cacheSpace, "rollout", "status", WITHIN],
				pod.replace("pod/", "statefulset/").replace(/-0$/, ""),
			]);
		}
	}

	async function cachePods(): Promise<readonly string[]> {
		const [[key, value] = []] = Object.entries(
			memberLabel(`registry:${cache}`),
		);
		const names = await kubectl([
			...["--namespace", cacheSpace, "get", "pods", "--output=name"],
			...["--selector", `${key}=${value}`],
		]);
		return names.trim().split("\n");
	}

	async function cacheLog(): Promise<string> {
		const logs = (await cachePods()).map((pod) =>
			kubectl(["--namespace", cacheSpace, "logs", pod, "--since=5m"]),
		);
		return (await Promise.all(logs)).join("");
	}

	async function removeNamespace(): Promise<void> {
		await kubectl(["delete", "namespace", namespace, "--ignore-not-found"]);
	}
}

async function scale(
	namespace: string,
	what: string,
	replicas: number,
): Promise<void> {
	await kubectl([
		...["--namespace", namespace, "scale", what],
		`--replicas=${replicas}`,
	]);
}
