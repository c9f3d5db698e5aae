import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { runCaptured } from "../../toolchain/process.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { succeeded } from "./clients.ts";

/** What CI puts on its images; tiers may require some of it. */
export const LABELS = {
	"org.opencontainers.image.source": "https://example.com/team/app",
	"org.opencontainers.image.revision":
		"0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
};

/** Builds a Node application of several layers, unlike any built before. */
export async function buildNodeApp(name: string): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "smoke-app-"));
	try {
		writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
		writeFileSync(
			join(folder, "main.js"),
			`console.log("${name} ${process.hrtime.bigint()}");\n`,
		);
		writeFileSync(join(folder, "assets.bin"), Buffer.alloc(1 << 20, name));
		writeFileSync(
			join(folder, "Dockerfile"),
			[
				`FROM ${versions.images.node}`,
				"COPY package.json /app/",
				"COPY assets.bin /app/",
				"COPY main.js /app/",
				...Object.entries(LABELS).map(([k, v]) => `LABEL ${k}="${v}"`),
				'ENTRYPOINT ["node", "/app/main.js"]',
				"",
			].join("\n"),
		);
		succeeded(
			await runCaptured("docker", ["build", "--quiet", "-t", name, folder], {
				// Every engine of the supported range has the classic builder; the other needs a plugin.
				env: { DOCKER_BUILDKIT: "0" },
			}),
		);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** An OCI layout with one image for two platforms, on disk. */
export interface IndexLayout {
	readonly folder: string;
	/** Digest of the index. */
	readonly digest: string;
	dispose(): void;
}

/** Writes an image index of two platforms, unlike any written before. */
export async function writeIndexLayout(): Promise<IndexLayout> {
	const folder = mkdtempSync(join(tmpdir(), "smoke-index-"));
	mkdirSync(join(folder, "blobs", "sha256"), { recursive: true });
	const blob = (bytes: Buffer | string, mediaType: string) => {
		const hex = createHash("sha256").update(bytes).digest("hex");
		writeFileSync(join(folder, "blobs", "sha256", hex), bytes);
		const size = Buffer.byteLength(bytes);
		return { mediaType, digest: `sha256:${hex}`, size };
	};
	const manifests = [];
	for (const architecture of ["amd64", "arm64"]) {
		const layer = await layerOf(`${architecture} ${process.hrtime.bigint()}`);
		const config = {
			architecture,
			os: "linux",
			config: { Labels: LABELS },
			rootfs: {
				type: "layers",
				diff_ids: [
					`sha256:${createHash("sha256").update(layer).digest("hex")}`,
				],
			},
		};
		const manifest = {
			schemaVersion: 2,
			mediaType: "application/vnd.oci.image.manifest.v1+json",
			config: blob(
				JSON.stringify(config),
				"application/vnd.oci.image.config.v1+json",
			),
			layers: [blob(layer, "application/vnd.oci.image.layer.v1.tar")],
		};
		manifests.push({
			...blob(JSON.stringify(manifest), manifest.mediaType),
			platform: { architecture, os: "linux" },
		});
	}
	const index = blob(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: "application/vnd.oci.image.index.v1+json",
			manifests,
		}),
		"application/vnd.oci.image.index.v1+json",
	);
	writeFileSync(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
	writeFileSync(
		join(folder, "index.json"),
		JSON.stringify({ schemaVersion: 2, manifests: [index] }),
	);
	return {
		folder,
		digest: index.digest,
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};
}

async function layerOf(content: string): Promise<Buffer> {
	const tar = pack();
	tar.entry({ name: "hello" }, content);
	tar.finalize();
	return buffer(tar);
}
