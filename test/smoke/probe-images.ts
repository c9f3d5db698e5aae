import { stringify } from "yaml";
import type { Registry as RegistryClient } from "../../services/oci/registry.ts";
import { type Registry, registryNamed } from "../../topology/estate.ts";
import type { TierKind } from "../../topology/tier-kinds.ts";
import { blob, image, type TestImage } from "../services/oci/images.ts";
import { expectEqual } from "./checks.ts";
import { LABELS } from "./images.ts";
import { pullWhole, readerOf, writerOf } from "./registry-clients.ts";
import type { RunningEstate } from "./running-estate.ts";

/** Repository of the images that are pulled and pushed to see whether a tier works. */
export const PROBE_REPOSITORY = "smoke/probe";

// The same images every time, so that running the checks again leaves nothing new behind. The tags
// of tiers that may hold the same one have it in common: what is mixed up has the wrong content.
const TAGS: Readonly<Record<Exclude<TierKind, "cache">, string>> = {
	sandbox: "run-probe",
	"ci-tests": "run-probe",
	"ci-snapshots": "main-1-0a1b2c3",
	prod: "1.0.0",
	archive: "run-probe",
};

/** What a registry is asked for, and what must come. */
export interface ProbeImage {
	readonly tag: string;
	readonly image: TestImage;
}

/** The probe of a registry: an image no other tier has, but for those it is promoted or copied to. */
export function probeImage(
	{ estate }: Pick<RunningEstate, "estate">,
	{ tier, upstream }: Registry,
): ProbeImage {
	const kind = upstream ? registryNamed(estate, upstream.registry).tier : tier;
	if (kind === "cache") throw new Error("a cache has no cache for its origin");
	const source = kind === "prod" ? "ci-snapshots" : kind;
	return {
		tag: TAGS[kind],
		image: image([blob(`probe of ${source}`)], { annotations: LABELS }),
	};
}

/** The manifest that brings the probe to Prod. */
export function probePromotion({
	estate,
}: Pick<RunningEstate, "estate">): string {
	const prod = registryNamed(estate, estate.promotion.to);
	const { tag, image } = probeImage({ estate }, prod);
	return stringify({
		images: [{ name: PROBE_REPOSITORY, dmap: { [image.digest]: [tag] } }],
	});
}

/** Pushes a probe as the tier's own writer does, blobs and all, even where they are already. */
export async function pushProbe(
	{ image, tag }: ProbeImage,
	registry: RegistryClient,
): Promise<void> {
	for (const { digest, bytes } of image.blobs) {
		await registry.uploadBlob(
			PROBE_REPOSITORY,
			{ digest, size: bytes.byteLength },
			async () => ({ unverified: asStream(bytes), discard: () => {} }),
		);
	}
	await registry.putManifest(PROBE_REPOSITORY, tag, image);
}

async function* asStream(bytes: Buffer): AsyncGenerator<Uint8Array> {
	yield bytes;
}

/** Brings every published registry its probe: pushed, promoted, or pulled through. */
export async function placeProbes(running: RunningEstate): Promise<void> {
	const { registries } = running.estate;
	const published = registries.filter(({ port }) => port !== undefined);
	for (const registry of published) {
		if (registry.mode !== "read-write") continue;
		await pushProbe(
			probeImage(running, registry),
			await writerOf(running, registry),
		);
	}
	await signProbe(running);
	const { code, text } = await running.promote(probePromotion(running));
	expectEqual(`the exit code of ${text}`, code, 0);
	for (const registry of published) {
		const { tag, image } = probeImage(running, registry);
		const client = await readerOf(running, registry);
		const digest = await pullWhole(client, PROBE_REPOSITORY, tag);
		expectEqual(`the probe of ${registry.name}`, digest, image.digest);
	}
}

/** Makes the probe of CI Snapshots fit for promotion. */
async function signProbe(running: RunningEstate): Promise<void> {
	const { estate, cosign, address, password } = running;
	const { from } = estate.promotion;
	const { image } = probeImage(running, registryNamed(estate, from));
	const name = `${address(from)}/${PROBE_REPOSITORY}@${image.digest}`;
	const ci = { username: "ci", password: await password("ci", from) };
	await cosign.attestSbom(name, ci);
	await cosign.sign(name, ci);
}
