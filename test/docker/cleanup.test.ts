import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Dispatcher } from "undici";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	expect,
	test,
} from "vitest";
import { cleanup } from "../../services/jobs/cleanup/cleanup.ts";
import { createLogger } from "../../services/jobs/log.ts";
import { DEFAULT_TIMEOUTS, registryAgent } from "../../services/oci/http.ts";
import type { RetentionRule } from "../../topology/retention.ts";
import { closure } from "../services/oci/closure.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
	type TestImage,
} from "../services/oci/images.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const execute = promisify(execFile);

const shared = blob("shared");
const old = image([shared, blob("old")]);
const fresh = image([shared, blob("fresh")]);
const [amd64, arm64] = [image([shared, blob("amd64")]), image([blob("arm64")])];
const multi = index([amd64, arm64]);
const sbomOf = (subject: TestImage) =>
	referrers([referrer(subject, "application/spdx+json")]);
const cosign = image([
	blob("payload", "application/vnd.dev.cosign.simplesigning.v1+json"),
]);

const START = Date.parse("2026-11-01T03:00:00Z");
const DAY_MS = 24 * 3_600_000;

let registry: RunningRegistry;
let folder: string;

beforeAll(async () => {
	registry = await startRegistry();
});
afterAll(async () => {
	await registry?.stop();
});
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "cleanup-"));
	await writeFile(join(folder, "password"), "none");
});
afterEach(async () => {
	await rm(folder, { recursive: true });
});

const put = (repository: string, image: TestImage, ...tags: string[]) =>
	Promise.all(tags.map((tag) => push(registry.url, repository, image, tag)));

/** Runs the job so many days after its first run. */
async function run(
	day: number,
	retention: RetentionRule,
	dispatcher?: Dispatcher,
) {
	const log: string[] = [];
	const report = await cleanup({
		config: {
			schedule: "0 3 * * *",
			timeZone: "UTC",
			registries: [
				{
					name: "sandbox",
					url: registry.url,
					username: "cleaner",
					passwordFile: join(folder, "password"),
					retention,
				},
			],
		},
		state: folder,
		dryRun: false,
		signal: new AbortController().signal,
		log: createLogger({ write: (line) => log.push(line) }, "info"),
		now: () => new Date(START + day * DAY_MS),
		...(dispatcher && { http: { dispatcher } }),
	});
	expect(report.counts.failed, log.join("")).toBe(0);
	expect(report.registries[0]?.problems).toEqual([]);
	return report.counts;
}

/** The tags of a repository as skopeo sees them. */
async function tagsOf(repository: string): Promise<readonly string[]> {
	const { stdout } = await execute("skopeo", [
		"list-tags",
		"--tls-verify=false",
		`docker://${registry.host}/${repository}`,
	]);
	return JSON.parse(stdout).Tags.toSorted();
}

/** Does something before the nth request of this kind is sent. */
function before(
	method: string,
	path: RegExp,
	n: number,
	action: () => Promise<unknown>,
): Dispatcher {
	let seen = 0;
	return registryAgent(DEFAULT_TIMEOUTS).compose(
		(dispatch) => (options, handler) => {
			if (options.method !== method || !path.test(options.path)) {
				return dispatch(options, handler);
			}
			seen++;
			if (seen !== n) return dispatch(options, handler);
			void action().then(() => dispatch(options, handler));
			return true;
		},
	);
}

test("exactly the tags that are too old and not needed go, and all others can be downloaded whole", async () => {
	const rule = { days: 14, keep: 1 };
	await put("age/app", old, "main-1", "main-2");
	await put("signed/app", old, "main-1");
	await put("signed/app", sbomOf(old), fallbackTag(old));
	await put("signed/app", sbomOf(fresh), fallbackTag(fresh));
	await put("multi/app", cosign, `${fallbackTag(amd64)}.sig`);
	await put("multi/app", multi, "main-1");
	await put("multi/app", old, `${fallbackTag(fresh)}.sig`);
	expect(await run(0, rule)).toMatchObject({ kept: 8, removed: 0 });
	await put("age/app", old, "main-3");
	await put("age/app", fresh, "main-4");
	expect(await run(10, rule)).toMatchObject({ kept: 10, removed: 0 });
	await put("signed/app", fresh, "main-2");
	expect(await run(15, rule)).toMatchObject({ removed: 3 });

	const left = {
		// The oldest two share their digest with main-3.
		"age/app": ["main-1", "main-2", "main-3", "main-4"],
		"signed/app": ["main-2", fallbackTag(fresh)],
		"multi/app": ["main-1", `${fallbackTag(amd64)}.sig`],
	};
	for (const [repository, tags] of Object.entries(left)) {
		expect(await tagsOf(repository)).toEqual(tags.toSorted());
		for (const tag of tags) await closure(registry.url, repository, tag);
	}
	// Only tags went: by its digest an image is there until garbage is collected.
	await closure(registry.url, "signed/app", old.digest);
	expect(await run(15, rule)).toMatchObject({ removed: 0 });
	expect(await run(30, rule)).toMatchObject({ removed: 3 });
	expect(await tagsOf("age/app")).toEqual(["main-4"]);
	await closure(registry.url, "age/app", "main-4");
});

test("a repository whose last tag went is no trouble later", async () => {
	const rule = { days: 1, keep: 0 };
	await put("gone/app", old, "a");
	await run(0, rule);
	await run(3, rule);
	expect(await tagsOf("gone/app")).toEqual([]);
	await run(4, rule);
});

test("a tag that is pushed between plan and removal survives, whole", async () => {
	const rule = { days: 14, keep: 0 };
	await put("moved/app", old, "a", "b");
	await run(0, rule);
	const pushing = before("HEAD", /moved\/app\/manifests\/a$/, 2, () =>
		put("moved/app", fresh, "a"),
	);
	expect(await run(15, rule, pushing)).toMatchObject({ left: 1 });
	expect(await tagsOf("moved/app")).toEqual(["a"]);
	expect((await closure(registry.url, "moved/app", "a"))[0]).toBe(fresh.digest);
});

test("an image that gets another tag between plan and removal keeps its signatures", async () => {
	const rule = { days: 14, keep: 0 };
	const list = fallbackTag(old);
	await put("retagged/app", old, "a");
	await put("retagged/app", sbomOf(old), list);
	await run(0, rule);
	const pushing = before("DELETE", /retagged\/app\/manifests\/a$/, 1, () =>
		put("retagged/app", old, "release"),
	);
	expect(await run(15, rule, pushing)).toMatchObject({ left: 1 });
	expect(await tagsOf("retagged/app")).toEqual(["release", list].toSorted());
	await closure(registry.url, "retagged/app", list);
});
