import * as kubernetes from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { Images } from "../../components/images.ts";
import type { CheckoutFiles } from "../../components/job-server.ts";
import { kubernetesPlatform } from "../../components/platform/kubernetes/platform.ts";
import { type Locations, locations } from "../../stacks/locations.ts";
import type { Estate } from "../../topology/estate.ts";
import { k8sEstate } from "../topology/k8s-estate.ts";

/** A whole estate on Kubernetes, as `stacks/k8s.ts` makes it, without a cluster. */
export function estateOnKubernetes(
	estate: Estate = k8sEstate(),
	manifests: CheckoutFiles = { files: {} },
): Locations {
	const opts = {
		providers: [
			new kubernetes.Provider("kubernetes", { kubeconfig: "/kubeconfig" }),
			new random.Provider("random", {}),
		],
	};
	const platform = kubernetesPlatform(estate, opts);
	const given = (name: string) => ({
		kind: "given" as const,
		reference: `registry.example.com/${name}@sha256:${"0".repeat(64)}`,
	});
	const images = new Images(
		"images",
		{
			platform,
			registry: given("registry"),
			nginx: given("nginx"),
			services: given("services"),
		},
		opts,
	);
	return locations(
		{
			estate,
			platform,
			images,
			manifests,
			lists: { files: {} },
			signerTexts: {},
		},
		opts,
	);
}
