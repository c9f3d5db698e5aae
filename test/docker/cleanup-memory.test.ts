import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HousekeepingConfig } from "../../topology/housekeeping-config.ts";
import { OCI } from "../services/oci/images.ts";
import { bundle, TELL_PEAK } from "./promoter-process.ts";

const REPOSITORIES = 1_000;
const TAGS = 100;

// V8 lets its heap grow as long as there is memory. This leaves room for the mirror beside it.
const HEAP_LIMITS = ["--max-old-space-size=96", "--max-semi-space-size=8"];

let server: Server;
let folder: string;

/** The names of one page of a list, and where the next page is. */
function pageOf(all: readonly string[], url: URL) {
	const size = Number(url.searchParams.get("n"));
	const from = all.indexOf(url.searchParams.get("last") ?? "") + 1;
	const page = all.slice(from, from + size);
	const next = new URLSearchParams({ n: `${size}`, last: page.at(-1) ?? "" });
	const isLast = from + size >= all.length;
	return {
		page,
		headers: isLast
			? undefined
			: { link: `<${url.pathname}?${next}>; rel="next"` },
	};
}

// A registry that has a hundred thousand tags and stores none of them.
beforeAll(async () => {
	const repositories = Array.from(
		{ length: REPOSITORIES },
		(_, n) => `team-${n}/some-application`,
	);
	const tags = Array.from(
		{ length: TAGS },
		(_, n) => `pr-${n}-0123456789abcdef0123456789abcdef01234567`,
	);
	server = createServer((request, response) => {
		const url = new URL(request.url ?? "", "http://localhost");
		if (request.method === "HEAD") {
			const digest = createHash("sha256").update(url.pathname).digest("hex");
			const headers = {
				"content-type": `${OCI}.manifest.v1+json`,
				"docker-content-digest": `sha256:${digest}`,
			};
			return void response.writeHead(200, headers).end();
		}
		const isCatalog = url.pathname === "/v2/_catalog";
		const { page, headers } = pageOf(isCatalog ? repositories : tags, url);
		const key = isCatalog ? "repositories" : "tags";
		response.writeHead(200, headers).end(JSON.stringify({ [key]: page }));
	});
	await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
	folder = await mkdtemp(join(tmpdir(), "cleanup-memory-"));
	await bundle(join(folder, "jobs.mjs"));
	await writeFile(join(folder, "password"), "none");
	const config: HousekeepingConfig = {
		cleanup: {
			schedule: "0 3 * * *",
			timeZone: "UTC",
			registries: [
				{
					name: "ci-tests",
					url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
					username: "cleaner",
					passwordFile: join(folder, "password"),
					retention: { days: 7, keep: 20 },
				},
			],
		},
		state: join(folder, "state"),
	};
	await writeFile(join(folder, "housekeeping.json"), JSON.stringify(config));
});
afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await rm(folder, { recursive: true });
});

async function clean(command: string) {
	const child = spawn(
		process.execPath,
		[
			...HEAP_LIMITS,
			"--import",
			TELL_PEAK,
			join(folder, "jobs.mjs"),
			"cleanup",
			command,
			"--json",
			"--config",
			join(folder, "housekeeping.json"),
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	const [stdout, stderr] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
	]);
	if (stdout === "") throw new Error(stderr);
	const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
	return {
		report: JSON.parse(stdout),
		peakMiB: Math.round(Number(peak) / 1024),
	};
}

test("a hundred thousand tags fit into the memory that the container of the job is given", async () => {
	const peaks: number[] = [];
	// The first run has no ledger to read, the second has one and writes another.
	for (const command of ["run", "run", "plan"]) {
		const { report, peakMiB } = await clean(command);
		expect(report.counts.kept).toBe(REPOSITORIES * TAGS);
		console.log(
			`cleanup ${command}: ${peakMiB} MiB at most, ${report.seconds} s`,
		);
		peaks.push(peakMiB);
	}
	const ledger = join(folder, "state", "ledger-ci-tests.jsonl");
	expect((await readFile(ledger, "utf8")).split("\n")).toHaveLength(
		REPOSITORIES * TAGS + 1,
	);
	console.log(`ledger: ${Math.round((await stat(ledger)).size / 1024)} KiB`);
	expect(Math.max(...peaks)).toBeLessThan(256);
});
