import { join } from "node:path";
import type Docker from "dockerode";
import { servicesContext } from "../stacks/services-image.ts";
import type {
	EstateImageNames,
	KubernetesSpec,
} from "../topology/kubernetes-spec.ts";
import { loadImage } from "./cluster/images.ts";
import { KUBECONFIG } from "./cluster/state.ts";
import { ESTATE_IMAGES, ensureImages } from "./images/images.ts";
import { runCaptured } from "./process.ts";
import { ROOT } from "./stack.ts";
import { step } from "./step.ts";
import versions from "./versions.json" with { type: "json" };

/**
 * Brings the images an estate runs on to the node of the cluster on this machine, that of the services
 * built from this checkout.
 *
 * @returns their names with the digests by which pods start from them
 */
export async function loadEstateImages(
	client: Docker,
	env: Readonly<Record<string, string>>,
): Promise<EstateImageNames> {
	await ensureImages(client, ESTATE_IMAGES);
	return step("bringing images to the node", { usually: "10 s" }, async () => {
		const { registry, nginx } = versions.images;
		return {
			registry: await loadImage(client, registry),
			nginx: await loadImage(client, nginx),
			services: await loadImage(client, await buildServices(env)),
		};
	});
}

/** Whether a stack is put up on the cluster of this machine, which takes images without a registry. */
export const isOwnCluster = ({ kubeconfig }: KubernetesSpec) =>
	kubeconfig === KUBECONFIG;

async function buildServices(
	env: Readonly<Record<string, string>>,
): Promise<string> {
	const { context, tag } = servicesContext();
	const name = `registry-tiers/services:${tag}`;
	const { code, stderr } = await runCaptured(
		"docker",
		["build", "--quiet", "--tag", name, join(ROOT, "stacks", context)],
		{ env },
	);
	if (code !== 0) throw new Error(`cannot build ${name}: ${stderr.trim()}`);
	return name;
}
