import { BUNDLE_TYPE } from "../../../../services/jobs/promote/signatures/signature-material.ts";
import {
	blob,
	descriptorOf,
	manifest,
	OCI,
	type TestBlob,
	type TestImage,
} from "../../oci/images.ts";

/** Labels that Prod asks of an image. */
export const LABELS = {
	"org.opencontainers.image.source": "https://git.test/app",
	"org.opencontainers.image.revision": "abc1234",
};

/** The type of attestations in an index of BuildKit's. */
export const IN_TOTO = "application/vnd.in-toto+json";
export const SPDX = "https://spdx.dev/Document";

/** What a test image differs in. */
export interface BuiltImage {
	/** @default - an ordinary one for linux/amd64 with all labels */
	readonly config?: unknown;
	readonly layers?: readonly TestBlob[];
	/** Further keys of the manifest. */
	readonly extra?: Readonly<Record<string, unknown>>;
}

/** An image as a builder makes it: its config names the platform and carries labels. */
export function builtImage({
	config = configFor("amd64"),
	layers = [blob("app")],
	extra = {},
}: BuiltImage = {}): TestImage {
	const content = blob(JSON.stringify(config), `${OCI}.config.v1+json`);
	return manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.manifest.v1+json`,
			config: descriptorOf(content),
			layers: layers.map(descriptorOf),
			...extra,
		},
		[content, ...layers],
	);
}

/** The config of an image for Linux. */
export function configFor(
	architecture: string,
	labels: Readonly<Record<string, string>> | undefined = LABELS,
): object {
	return { os: "linux", architecture, config: { Labels: labels } };
}

/** An entry of an index: what it names and what else it says about that. */
export type Entry = readonly [
	TestImage,
	(Readonly<Record<string, unknown>> | undefined)?,
];

/** An index of the given entries. */
export function indexOf(
	entries: readonly Entry[],
	extra: Readonly<Record<string, unknown>> = {},
): TestImage {
	return manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.index.v1+json`,
			manifests: entries.map(([child, more]) => ({
				...descriptorOf(child),
				...more,
			})),
			...extra,
		},
		[],
		entries.map(([child]) => child),
	);
}

/** An in-toto statement about a manifest, without a signature. */
export function inTotoStatement(
	{ digest }: Pick<TestBlob, "digest">,
	predicateType = SPDX,
): object {
	return {
		_type: "https://in-toto.io/Statement/v0.1",
		subject: [{ name: "app", digest: { sha256: digest.slice(7) } }],
		predicateType,
		predicate: {},
	};
}

/** What BuildKit puts into an index about one of its images. */
export function buildkitAttestation(
	subject: TestImage,
	layers: readonly TestBlob[] = [
		blob(JSON.stringify(inTotoStatement(subject)), IN_TOTO),
	],
): Entry {
	const attestation = builtImage({
		config: { os: "unknown", architecture: "unknown", config: {} },
		layers,
	});
	return [
		attestation,
		{
			platform: { os: "unknown", architecture: "unknown" },
			annotations: {
				"vnd.docker.reference.type": "attestation-manifest",
				"vnd.docker.reference.digest": subject.digest,
			},
		},
	];
}

/** A Sigstore bundle that refers to an image, as cosign attaches it. */
export function attachedBundle(subject: TestImage, bundle: object): TestImage {
	return builtImage({
		config: {},
		layers: [blob(JSON.stringify(bundle), BUNDLE_TYPE)],
		extra: { artifactType: BUNDLE_TYPE, subject: descriptorOf(subject) },
	});
}
