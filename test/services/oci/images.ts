import { createHash } from "node:crypto";

/** Some content with what a registry knows about it. */
export interface TestBlob {
	readonly mediaType: string;
	readonly digest: `sha256:${string}`;
	readonly bytes: Buffer;
}

/** A manifest with everything it names. */
export interface TestImage extends TestBlob {
	readonly blobs: readonly TestBlob[];
	readonly children: readonly TestImage[];
}

export const OCI = "application/vnd.oci.image";

export function blob(
	content: string | Buffer,
	mediaType = `${OCI}.layer.v1.tar`,
): TestBlob {
	const bytes = Buffer.from(content);
	return { mediaType, bytes, digest: sha256(bytes) };
}

export function sha256(bytes: Buffer): `sha256:${string}` {
	return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** What a manifest says about a blob or another manifest. */
export function descriptorOf({ mediaType, digest, bytes }: TestBlob) {
	return { mediaType, digest, size: bytes.byteLength };
}

/** An image of the given layers. `extra` are further keys of the manifest. */
export function image(
	layers: readonly TestBlob[],
	extra: Readonly<Record<string, unknown>> = {},
): TestImage {
	const config = blob(
		JSON.stringify({ architecture: "amd64", os: "linux", n: layers.length }),
		`${OCI}.config.v1+json`,
	);
	return manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.manifest.v1+json`,
			config: descriptorOf(config),
			layers: layers.map(descriptorOf),
			...extra,
		},
		[config, ...layers],
	);
}

/** An index of the given images, one for each of two platforms. */
export function index(children: readonly TestImage[]): TestImage {
	const platforms = ["amd64", "arm64"];
	return manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.index.v1+json`,
			manifests: children.map((child, i) => ({
				...descriptorOf(child),
				platform: { os: "linux", architecture: platforms[i % 2] },
			})),
		},
		[],
		children,
	);
}

/** A signature or the like of an image, as OCI 1.1 has it. */
export function referrer(
	subject: TestImage,
	artifactType: string,
	content = "signature",
): TestImage {
	return image([blob(content, "application/octet-stream")], {
		artifactType,
		subject: descriptorOf(subject),
	});
}

/** The list of referrers behind a fallback tag. */
export function referrers(list: readonly TestImage[]): TestImage {
	return manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.index.v1+json`,
			manifests: list.map((entry) => ({
				...descriptorOf(entry),
				artifactType: JSON.parse(entry.bytes.toString()).artifactType,
			})),
		},
		[],
		list,
	);
}

/** The fallback tag of an image. */
export function fallbackTag({ digest }: TestBlob): string {
	return digest.replace(":", "-");
}

export function manifest(
	json: Readonly<Record<string, unknown>>,
	blobs: readonly TestBlob[],
	children: readonly TestImage[] = [],
): TestImage {
	const bytes = Buffer.from(JSON.stringify(json, null, 2));
	const mediaType = String(json.mediaType);
	return { mediaType, bytes, digest: sha256(bytes), blobs, children };
}

/** Pushes an image with plain requests, nothing of the client under test; by digest without a tag. */
export async function push(
	url: string,
	repository: string,
	image: TestImage,
	tag: string = image.digest,
): Promise<void> {
	for (const child of image.children) await push(url, repository, child);
	for (const { digest, bytes } of image.blobs) {
		const uploads = `${url}/v2/${repository}/blobs/uploads/`;
		const opened = await fetch(uploads, { method: "POST" });
		const session = new URL(opened.headers.get("location") ?? "", uploads);
		session.searchParams.set("digest", digest);
		await expectCreated(
			await fetch(session, { method: "PUT", body: new Uint8Array(bytes) }),
		);
	}
	await expectCreated(
		await fetch(`${url}/v2/${repository}/manifests/${tag}`, {
			method: "PUT",
			headers: { "content-type": image.mediaType },
			body: new Uint8Array(image.bytes),
		}),
	);
}

async function expectCreated(response: Response): Promise<void> {
	const text = await response.text();
	if (response.status !== 201) {
		throw new Error(`${response.url}: ${response.status} ${text}`);
	}
}
