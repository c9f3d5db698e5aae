import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { Upload } from "./container-inputs.ts";

const DEFAULT_MODE = 0o644;
const EXECUTABLE_MODE = 0o744;

/**
 * The file as an archive to be unpacked at `/`; it belongs to root unless the program says otherwise.
 *
 * @throws in the words of the official provider when there is not exactly one content; empty is none
 */
export async function uploadArchive(upload: Upload): Promise<Buffer> {
	const { file, permissions, executable, owner = 0, group = 0 } = upload;
	const content = await contentOf(upload);
	const fallback = executable ? EXECUTABLE_MODE : DEFAULT_MODE;
	const tar = pack();
	tar.entry(
		{
			// Relative to where it is unpacked.
			name: file.replace(/^\/+/, ""),
			mode: permissions ? Number.parseInt(permissions, 8) : fallback,
			uid: Number(owner),
			gid: Number(group),
			mtime: new Date(),
		},
		content,
	);
	tar.finalize();
	return buffer(tar);
}

async function contentOf({
	content,
	contentBase64,
	source,
}: Upload): Promise<Buffer> {
	const given = [content, contentBase64, source].filter(Boolean);
	if (given.length !== 1) {
		const [amount, verb] =
			given.length === 0 ? ["one", "must"] : ["only one", "can"];
		throw new Error(
			`error with upload content: ${amount} of 'content', 'content_base64', or 'source' ${verb} be set`,
		);
	}
	if (content) return Buffer.from(content);
	if (contentBase64) return Buffer.from(contentBase64, "base64");
	return readFile(source ?? "");
}
