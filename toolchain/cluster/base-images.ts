import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import versions from "../versions.json" with { type: "json" };
import { builtProgram } from "./built-programs.ts";
import { PAUSE } from "./own-programs.ts";

/** An image that the cluster itself needs: one static program and nothing else. */
export interface BaseImage {
	/** Its name in the node's store; nobody serves it. */
	readonly name: string;
	readonly program: string;
}

const HOST = "cluster.registry-tiers.local";
export const PAUSE_IMAGE = `${HOST}/pause:${PAUSE.version}`;
export const COREDNS_IMAGE = `${HOST}/coredns:${versions.cluster.coredns}`;

export const BASE_IMAGES: readonly BaseImage[] = [
	{ name: PAUSE_IMAGE, program: PAUSE.path },
	{ name: COREDNS_IMAGE, program: builtProgram("coredns") },
];

/** The image as an archive of the form `docker save` writes. */
export async function imageArchive({
	name,
	program,
}: BaseImage): Promise<Buffer> {
	const layer = await tar({ program: readFileSync(program) });
	const config = Buffer.from(
		JSON.stringify({
			architecture: process.arch === "arm64" ? "arm64" : "amd64",
			os: "linux",
			config: { Entrypoint: ["/program"] },
			rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
		}),
	);
	const configName = `${sha256(config)}.json`;
	const manifest = [
		{ Config: configName, RepoTags: [name], Layers: ["layer.tar"] },
	];
	return tar({
		[configName]: config,
		"layer.tar": layer,
		"manifest.json": Buffer.from(JSON.stringify(manifest)),
	});
}

const sha256 = (content: Buffer) =>
	createHash("sha256").update(content).digest("hex");

function tar(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
	const archive = pack();
	for (const [name, content] of Object.entries(files)) {
		archive.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
	}
	archive.finalize();
	return buffer(archive);
}
