import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Images } from "../components/images.ts";
import { kubernetesPlatform } from "../components/platform/kubernetes/platform.ts";
import type { Estate } from "../topology/estate.ts";
import type {
	EstateImageNames,
	KubernetesSpec,
} from "../topology/kubernetes-spec.ts";
import { estateNotes } from "../topology/notes.ts";
import type { SignerTexts } from "../topology/signer-spec.ts";
import { checkoutFiles } from "./checkout-files.ts";
import { type Locations, locations } from "./locations.ts";

/** The whole estate on one Kubernetes cluster: home and every region, in namespaces of their own. */
export function k8s(
	estate: Estate,
	spec: KubernetesSpec,
	imageNames: EstateImageNames,
	signerTexts: SignerTexts,
): Locations {
	const { promotion, mirroring } = estate;
	for (const note of estateNotes(estate)) pulumi.log.info(note);
	const opts = {
		providers: [
			new kubernetes.Provider("kubernetes", {
				// By its path: what is in it are secrets of the person who runs this. An ambient KUBECONFIG
				// counts for nothing.
				kubeconfig: spec.kubeconfig,
				context: spec.context,
				enableServerSideApply: true,
			}),
			new random.Provider("random", {}),
		],
	};
	const platform = kubernetesPlatform(estate, opts);
	const given = (reference: string) => ({ kind: "given" as const, reference });
	const images = new Images(
		"images",
		{
			platform,
			registry: given(imageNames.registry),
			nginx: given(imageNames.nginx),
			services: given(imageNames.services),
		},
		opts,
	);
	return locations(
		{
			estate,
			platform,
			images,
			manifests: checkoutFiles(promotion.manifests, "promotion.manifests"),
			lists: mirroring
				? checkoutFiles(mirroring.lists, "tiers.archive.lists")
				: { files: {} },
			signerTexts,
		},
		opts,
	);
}

/**
 * The names of the estate's own images.
 *
 * @param loaded what `npm run up` has brought to a cluster that it knows
 * @throws {pulumi.RunError} when nobody says them
 */
export function imageNamesOf(
	{ images }: KubernetesSpec,
	loaded: EstateImageNames | undefined,
): EstateImageNames {
	const names = images ?? loaded;
	if (names) return names;
	throw new pulumi.RunError(
		"estate.kubernetes.images: missing; expected the images the estate runs on, by digest. Fix: push the three images to a registry outside the estate and name them; only for the cluster of `npm run cluster` does `npm run up` bring them itself.",
	);
}
