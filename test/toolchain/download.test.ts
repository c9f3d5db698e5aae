import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	ChecksumError,
	checksumOf,
	downloadArchive,
	UnavailableError,
} from "../../toolchain/download.mjs";
import { type ArchiveServer, serveArchive } from "./archive-server.ts";

let site: ArchiveServer;
let home: string;

beforeEach(async () => {
	site = await serveArchive({ tool: "#!/bin/sh\n" });
	home = mkdtempSync(join(tmpdir(), "download-"));
});
afterEach(async () => {
	await site.close();
	rmSync(home, { recursive: true, force: true });
});

const download = () =>
	downloadArchive({
		url: site.archive,
		checksums: site.checksums,
		folder: join(home, "tool"),
		stripComponents: 1,
	});

describe("downloading an archive", () => {
	test("unpacks it where it was asked to, and leaves nothing else", async () => {
		await download();
		expect(readFileSync(join(home, "tool", "tool"), "utf8")).toBe(
			"#!/bin/sh\n",
		);
		expect(readdirSync(home)).toEqual(["tool"]);
	});

	test("refuses an archive that is not the one on the list", async () => {
		site.list = `${"ab".repeat(32)}  tool.tar.gz\n`;
		await expect(download()).rejects.toThrow(ChecksumError);
		await expect(download()).rejects.toThrow(
			`but ${site.checksums} lists ${"ab".repeat(32)}; it was deleted and nothing was installed`,
		);
		expect(readdirSync(home)).toEqual([]);
	});

	test("refuses an archive the list does not name, without fetching it", async () => {
		site.list = `${"ab".repeat(32)}  other.tar.gz\n`;
		site.serve = "missing";
		await expect(download()).rejects.toThrow(
			`${site.checksums} lists no SHA-256 of tool.tar.gz; it was not downloaded`,
		);
		await expect(download()).rejects.toThrow(ChecksumError);
	});

	test.each(["missing", "broken-off"] as const)(
		"reports an archive that is %s as unavailable, so that another source is tried",
		async (serve) => {
			site.serve = serve;
			await expect(download()).rejects.toThrow(UnavailableError);
			expect(readdirSync(home)).toEqual([]);
		},
	);

	test("reports a site that nobody runs as unavailable", async () => {
		await site.close();
		await expect(download()).rejects.toThrow(UnavailableError);
		expect(existsSync(join(home, "tool"))).toBe(false);
	});
});

describe("a list of checksums", () => {
	const SUM = "0123456789abcdef".repeat(4);
	test.each([
		[`${SUM}  tool.tar.gz`],
		[`${SUM} *tool.tar.gz`],
		[`${SUM}  ./tool.tar.gz`],
		[`${SUM.toUpperCase()}  tool.tar.gz`],
	])("is read in the format %s", (line) => {
		expect(checksumOf(`# comment\n${line}\r\n`, "tool.tar.gz")).toBe(SUM);
	});

	test("does not lend a sum to a file with a longer name", () => {
		expect(checksumOf(`${SUM}  tool.tar.gz.sig`, "tool.tar.gz")).toBe(
			undefined,
		);
	});
});
