import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A site with one archive and a list of checksums, as a publisher has. */
export interface ArchiveServer {
	readonly archive: string;
	readonly checksums: string;
	/** What the next requests get instead of the file. */
	serve: "file" | "missing" | "broken-off";
	/** The list as it is served. */
	list: string;
	close(): Promise<void>;
}

/** Serves `tool.tar.gz` with the files, below one top folder. */
export async function serveArchive(
	files: Readonly<Record<string, string>>,
): Promise<ArchiveServer> {
	const bytes = archiveOf(files);
	const sum = createHash("sha256").update(bytes).digest("hex");
	const server = createServer((request, response) => {
		if (request.url === "/SHASUMS256.txt") {
			response.end(site.list);
		} else if (request.url !== "/tool.tar.gz" || site.serve === "missing") {
			response.writeHead(404).end();
		} else if (site.serve === "broken-off") {
			response.writeHead(200, { "content-length": bytes.length });
			response.write(bytes.subarray(0, 100), () => response.destroy());
		} else {
			response.end(bytes);
		}
	});
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const site: ArchiveServer = {
		archive: `${url}/tool.tar.gz`,
		checksums: `${url}/SHASUMS256.txt`,
		serve: "file",
		list: `${"0".repeat(64)}  other.tar.gz\n${sum}  tool.tar.gz\n`,
		close: () => new Promise((resolve) => server.close(() => resolve())),
	};
	return site;
}

function archiveOf(files: Readonly<Record<string, string>>): Buffer {
	const folder = mkdtempSync(join(tmpdir(), "archive-"));
	try {
		spawnSync("mkdir", [join(folder, "tool-1.0")]);
		for (const [name, content] of Object.entries(files)) {
			writeFileSync(join(folder, "tool-1.0", name), content);
		}
		const archive = join(folder, "tool.tar.gz");
		spawnSync("tar", ["-czf", archive, "-C", folder, "tool-1.0"]);
		return readFileSync(archive);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
