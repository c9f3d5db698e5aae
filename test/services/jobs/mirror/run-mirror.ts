import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createLogger } from "../../../../services/jobs/log.ts";
import { mirror } from "../../../../services/jobs/mirror/mirror.ts";
import type { MirrorReport } from "../../../../services/jobs/mirror/report.ts";
import type { Credentials } from "../../../../services/oci/credentials.ts";
import type { TransportOptions } from "../../../../services/oci/transport.ts";
import type { TestBlob } from "../../oci/images.ts";

/** A password that must not turn up anywhere. */
export const ARCHIVER_PASSWORD = "canary-archiver-77e0";

/** One run of the mirror. */
export interface TestRun {
	/** URL. */
	readonly archive: string;
	/** @default - the archiver's */
	readonly account?: Credentials;
	/** URLs by host. */
	readonly upstreams: Readonly<Record<string, string>>;
	/** Lists by file name. */
	readonly lists: Readonly<Record<string, string>>;
	/** @default - noon of 24 November 2026 */
	readonly day?: string;
	readonly dryRun?: boolean;
	readonly http?: TransportOptions;
	readonly signal?: AbortSignal;
}

/** What a run left behind. */
export interface RanMirror {
	readonly report: MirrorReport;
	/** Lines of JSON. */
	readonly log: readonly string[];
}

/** Runs the mirror with files of its own, as its command line would. */
export async function runMirror({
	archive,
	account = { username: "archiver", password: ARCHIVER_PASSWORD },
	upstreams,
	lists,
	day = "2026-11-24",
	dryRun = false,
	http = {},
	signal = new AbortController().signal,
}: TestRun): Promise<RanMirror> {
	const folder = await mkdtemp(join(tmpdir(), "mirror-"));
	const log: string[] = [];
	const passwordFile = join(folder, "password");
	try {
		await writeFile(passwordFile, account.password);
		await mkdir(join(folder, "lists"));
		for (const [path, text] of Object.entries(lists)) {
			const file = join(folder, "lists", path);
			await mkdir(dirname(file), { recursive: true });
			await writeFile(file, text);
		}
		const report = await mirror({
			config: {
				schedule: "0 * * * *",
				timeZone: "UTC",
				lists: join(folder, "lists"),
				destination: { url: archive, username: account.username, passwordFile },
				upstreams,
			},
			state: join(folder, "state"),
			dryRun,
			signal,
			log: createLogger({ write: (line) => log.push(line) }, "info"),
			now: () => new Date(`${day}T12:00:00Z`),
			http,
		});
		return { report, log };
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** An entry of a list that follows some tags. */
export function follow(name: string, ...tags: readonly string[]): string {
	return `  - name: ${name}\n    tags: ${JSON.stringify(tags)}\n`;
}

/** An override of a tag that is listed elsewhere. */
export function override(
	name: string,
	tag: string,
	image: string,
	expires = "2026-12-31",
): string {
	return `  - name: ${name}
    tag: "${tag}"
    image: ${image}
    owner: team-base
    reason: patched openssl
    expires: ${expires}
`;
}

/** The tag that keeps what another one pointed to when it was moved. */
export function keptTag(
	tag: string,
	{ digest }: TestBlob,
	day = "20261124",
): string {
	return `${tag}-kept-${day}-${digest.slice(7, 19)}`;
}
