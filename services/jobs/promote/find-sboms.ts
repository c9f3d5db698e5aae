import { SBOM_ARTIFACT_TYPES } from "../../../topology/job-config.ts";
import { all } from "../../oci/all.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { cosignProblem, fallbackTag } from "../../oci/fallback-tag.ts";
import {
	type ImageManifest,
	InvalidManifestError,
	parseManifest,
} from "../../oci/manifest.ts";
import { referrersIn } from "../../oci/referrer-list.ts";
import type { Registry } from "../../oci/registry.ts";
import type { Semaphore } from "../../oci/semaphore.ts";
import { type Attestation, STATEMENT_TYPES } from "./inspect-image.ts";
import { statementIn } from "./statement.ts";

/** Predicates of attestations that hold one, as `cosign attest`, BuildKit and GitHub write them. */
const SBOM_PREDICATES =
	/^https:\/\/(?:spdx\.dev\/Document|cyclonedx\.org\/bom|syft\.dev\/bom)(?:\/|$)/;
/** Largest attestation that is looked into, in bytes: SBOMs of large images have some MiB. */
const MAX_ATTESTATION_BYTES = 16 * 1024 * 1024;

/** Where SBOMs are looked for. */
export interface SbomPlace {
	readonly registry: Registry;
	readonly repository: string;
	/** All tags of the repository, or at least its fallback tags. */
	readonly tags: ReadonlySet<string>;
	/** Lets one attestation at a time into memory; shared by all images of a run. */
	readonly reads: Semaphore;
}

/**
 * Tells which of some manifests have an SBOM: as a file that refers to them, under cosign's tags, or
 * as an attestation, be it attached or in the index itself.
 *
 * @throws InvalidManifestError when something attached is malformed, and what the requests throw.
 */
export async function findSboms(
	place: SbomPlace,
	subjects: readonly Digest[],
	attestations: readonly Attestation[],
): Promise<ReadonlySet<Digest>> {
	const found = await all(subjects, async (subject) => {
		const inIndex = attestations
			.filter((attestation) => attestation.subject === subject)
			.flatMap(({ layers }) => layers);
		const has =
			(await anyAttests(place, inIndex, subject)) ||
			(await anyReferrer(place, subject)) ||
			(await anyCosignTag(place, subject));
		return has ? [subject] : [];
	});
	return new Set(found.flat());
}

async function anyReferrer(
	place: SbomPlace,
	subject: Digest,
): Promise<boolean> {
	const { registry, repository, tags } = place;
	const tag = fallbackTag(subject);
	if (!tags.has(tag)) return false;
	const list = await registry.getManifest(repository, tag);
	const entries = referrersIn(list, `${registry.host}/${repository}:${tag}`);
	const found = await all(entries, async ({ digest }) => {
		const referrer = await artifact(place, digest);
		if (referrer?.subject?.digest !== subject) return false;
		return (
			(SBOM_ARTIFACT_TYPES.includes(referrer.artifactType) &&
				referrer.layers.length > 0) ||
			(await anyAttests(place, referrer.layers, subject))
		);
	});
	return found.includes(true);
}

async function anyCosignTag(
	place: SbomPlace,
	subject: Digest,
): Promise<boolean> {
	const tag = fallbackTag(subject);
	if (place.tags.has(`${tag}.sbom`)) {
		const sbom = await artifact(place, `${tag}.sbom`);
		if (sbom && cosignProblem(".sbom", sbom) === undefined) return true;
	}
	if (!place.tags.has(`${tag}.att`)) return false;
	const attestation = await artifact(place, `${tag}.att`);
	return anyAttests(place, attestation?.layers ?? [], subject);
}

async function artifact(
	{ registry, repository }: SbomPlace,
	reference: string,
): Promise<ImageManifest | undefined> {
	const { bytes, mediaType } = await registry.getManifest(
		repository,
		reference,
	);
	try {
		const manifest = parseManifest(bytes, mediaType);
		return manifest.kind === "image" ? manifest : undefined;
	} catch (error) {
		if (!(error instanceof InvalidManifestError)) throw error;
		const at = reference.includes(":") ? "@" : ":";
		throw new InvalidManifestError(
			`${registry.host}/${repository}${at}${reference}, which is attached to an image, is malformed: ${error.message}`,
		);
	}
}

// The annotations of a layer tell its predicate too, but are not part of what is attested.
async function anyAttests(
	{ registry, repository, reads }: SbomPlace,
	layers: readonly Descriptor[],
	subject: Digest,
): Promise<boolean> {
	for (const layer of layers) {
		if (!STATEMENT_TYPES.test(layer.mediaType)) continue;
		if (layer.size > MAX_ATTESTATION_BYTES) continue;
		const statement = await reads.run(async () =>
			statementIn(
				await registry.readBlob(repository, layer, MAX_ATTESTATION_BYTES),
			),
		);
		if (
			statement?.subjects.includes(subject) &&
			SBOM_PREDICATES.test(statement.predicateType)
		) {
			return true;
		}
	}
	return false;
}
