import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";

/** A blob or manifest and its digest. */
export interface Content {
	/** `sha256:…` */
	readonly digest: string;
	readonly bytes: Buffer;
}

export interface BenchImage {
	readonly repository: string;
	readonly tag: string;
	readonly manifest: Content;
	/** Config and layers. */
	readonly blobs: readonly Content[];
}

export const REPOSITORIES = 50;
const SMALL_LAYER_BYTES = 10_000;
const BIG_LAYER_BYTES = 40_000_000;
const OCI = "application/vnd.oci.image";

/**
 * Small images as microservices have them: in each of 50 repositories so many tags, each of five
 * layers of 10 KB, of which three are in all images, one in all of its repository and one in no other.
 */
export function smallImages(tagsEach: number): readonly BenchImage[] {
	const shared = [smallLayer(), smallLayer(), smallLayer()];
	return counted(REPOSITORIES).flatMap((r) => {
		const own = smallLayer();
		return counted(tagsEach).map((t) =>
			image(`team/app-${r}`, `1.0.${t}`, [...shared, own, smallLayer()]),
		);
	});
}

/** Five images of five layers of 40 MB, none of which is in two images. */
export function bigImages(): readonly BenchImage[] {
	const random = randomBytes(BIG_LAYER_BYTES);
	return counted(5).map((r) =>
		image(
			`team/big-${r}`,
			"1.0.0",
			counted(5).map((layer) => {
				const bytes = Buffer.from(random);
				bytes.write(`${r} ${layer}`);
				// Unpacked layers would be compressed on the way, by one of those who are measured.
				return contentOf(gzipSync(bytes, { level: 0 }));
			}),
		),
	);
}

/** An image of one layer that is not in memory: all of its bytes are zero. */
export function hugeImage(layer: {
	readonly digest: string;
	readonly size: number;
}): BenchImage {
	return imageOf("team/huge", "1.0.0", [], [layer]);
}

/** The digest of so many bytes that are zero. */
export function digestOfZeros(size: number): string {
	const zeros = Buffer.alloc(1 << 20);
	const sha256 = createHash("sha256");
	for (let left = size; left > 0; left -= zeros.byteLength) {
		sha256.update(zeros.subarray(0, left));
	}
	return `sha256:${sha256.digest("hex")}`;
}

function image(
	repository: string,
	tag: string,
	layers: readonly Content[],
): BenchImage {
	return imageOf(
		repository,
		tag,
		layers,
		layers.map(({ digest, bytes }) => ({ digest, size: bytes.byteLength })),
	);
}

function imageOf(
	repository: string,
	tag: string,
	contents: readonly Content[],
	layers: readonly { readonly digest: string; readonly size: number }[],
): BenchImage {
	const config = contentOf(
		JSON.stringify({
			architecture: "amd64",
			os: "linux",
			config: {
				Labels: {
					"org.opencontainers.image.source": `https://git.example.com/${repository}`,
					"org.opencontainers.image.revision": tag,
				},
			},
			rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
		}),
	);
	const manifest = contentOf(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: `${OCI}.manifest.v1+json`,
			config: {
				mediaType: `${OCI}.config.v1+json`,
				digest: config.digest,
				size: config.bytes.byteLength,
			},
			layers: layers.map((layer) => ({
				mediaType: `${OCI}.layer.v1.tar+gzip`,
				...layer,
			})),
		}),
	);
	return { repository, tag, manifest, blobs: [config, ...contents] };
}

const smallLayer = () =>
	contentOf(gzipSync(randomBytes(SMALL_LAYER_BYTES), { level: 0 }));

function contentOf(content: string | Buffer): Content {
	const bytes = Buffer.from(content);
	const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
	return { digest, bytes };
}

const counted = (length: number) => Array.from({ length }, (_, i) => i);
