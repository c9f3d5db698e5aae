import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidInputError } from "../../../../services/jobs/problem.ts";
import {
	DEFAULT_TIMEOUTS,
	registryAgent,
} from "../../../../services/oci/http.ts";
import { closure } from "../../oci/closure.ts";
import { reset, status } from "../../oci/faults.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
} from "../../oci/images.ts";
import { InstantClock } from "../../oci/instant-clock.ts";
import { RegistryServer } from "../../oci/registry-server.ts";
import {
	ARCHIVER_PASSWORD,
	follow,
	override,
	runMirror,
	type TestRun,
} from "./run-mirror.ts";

const DEBIAN = "docker.io/library/debian";
const old = image([blob("shared"), blob("old")]);
const fresh = index([
	image([blob("shared"), blob("amd64")]),
	image([blob("arm64")]),
]);
const own = image([blob("shared"), blob("patched")]);

let hub: RegistryServer;
let quay: RegistryServer;
let archive: RegistryServer;
let upstreams: Readonly<Record<string, string>>;

beforeEach(async () => {
	hub = await new RegistryServer().start();
	quay = await new RegistryServer().start();
	archive = await new RegistryServer().start();
	upstreams = { "docker.io": hub.url, "quay.io": quay.url };
});
afterEach(async () => {
	await hub.stop();
	await quay.stop();
	await archive.stop();
});

/** Runs the mirror with these images and overrides. */
async function run(
	images: string,
	{ overrides = "", ...other }: Partial<TestRun> & { overrides?: string } = {},
) {
	const list = `images:\n${images}${overrides && `overrides:\n${overrides}`}`;
	return runMirror({
		archive: archive.url,
		upstreams,
		lists: { "list.yaml": list },
		...other,
		http: { clock: new InstantClock(), random: () => 0.5, ...other.http },
	});
}

const outcomes = ({ report }: Awaited<ReturnType<typeof run>>) =>
	report.items.map(({ tag, outcome, reason }) =>
		reason === undefined ? `${tag} ${outcome}` : `${tag} ${outcome}: ${reason}`,
	);
const writes = () => archive.count("PUT", "POST", "PATCH", "DELETE");

test("brings what the lists ask for, below the name of its registry", async () => {
	await push(hub.url, "library/debian", fresh, "12");
	await push(quay.url, "org/app", own);
	const { report } = await run(
		`${follow(DEBIAN, "12")}  - name: quay.io/org/app
    dmap:
      "${own.digest}": ["1.0"]
`,
	);
	const { startedAt, seconds, ...rest } = report;
	expect(rest).toEqual({
		destination: archive.host,
		dryRun: false,
		counts: {
			mirrored: 2,
			moved: 0,
			overridden: 0,
			planned: 0,
			present: 0,
			drift: 0,
			failed: 0,
			aborted: 0,
		},
		blobs: {
			present: 0,
			mounted: expect.any(Number),
			uploaded: expect.any(Number),
			uploadedBytes: expect.any(Number),
		},
		expired: [],
		items: [
			{
				repository: DEBIAN,
				tag: "12",
				digest: fresh.digest,
				file: "list.yaml",
				path: "images[0].tags[0]",
				outcome: "mirrored",
			},
			{
				repository: "quay.io/org/app",
				tag: "1.0",
				digest: own.digest,
				file: "list.yaml",
				path: `images[1].dmap["${own.digest}"][0]`,
				outcome: "mirrored",
			},
		],
	});
	expect(Date.parse(startedAt)).not.toBeNaN();
	expect(seconds).toBeGreaterThanOrEqual(0);
	expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(fresh.digest);
	expect((await closure(archive.url, "quay.io/org/app", "1.0"))[0]).toBe(
		own.digest,
	);
});

test("the second run writes nothing, and asks upstream once for each tag that follows it", async () => {
	await push(hub.url, "library/debian", old, "11");
	await push(hub.url, "library/debian", fresh, "12");
	await push(hub.url, "library/node", own);
	const images = `${follow(DEBIAN, "11", "12")}  - name: docker.io/library/node
    dmap:
      "${own.digest}": ["22.1.0"]
`;
	await run(images);
	const before = writes();
	hub.seen.length = 0;
	expect(outcomes(await run(images))).toEqual([
		"11 present",
		"12 present",
		"22.1.0 present",
	]);
	expect(writes()).toBe(before);
	expect(hub.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
		"HEAD /v2/library/debian/manifests/11",
		"HEAD /v2/library/debian/manifests/12",
	]);
});

test("signatures come along", async () => {
	const sbom = referrer(old, "application/spdx+json");
	await push(hub.url, "library/debian", old, "12");
	await push(hub.url, "library/debian", referrers([sbom]), fallbackTag(old));
	await run(follow(DEBIAN, "12"));
	expect(await closure(archive.url, DEBIAN, fallbackTag(old))).toContain(
		sbom.digest,
	);
});

test("a dry run shows what would be written and kept, and writes nothing", async () => {
	await push(hub.url, "library/debian", fresh, "12");
	await push(archive.url, DEBIAN, old, "12");
	const before = writes();
	const { report } = await run(follow(DEBIAN, "12"), { dryRun: true });
	expect(report.items).toEqual([
		{
			repository: DEBIAN,
			tag: "12",
			digest: fresh.digest,
			file: "list.yaml",
			path: "images[0].tags[0]",
			outcome: "planned",
			kept: {
				digest: old.digest,
				tag: `12-kept-20261124-${old.digest.slice(7, 19)}`,
			},
		},
	]);
	expect(writes()).toBe(before);
});

describe("when upstream moves a tag", () => {
	const keptTag = `12-kept-20261124-${old.digest.slice(7, 19)}`;

	beforeEach(async () => {
		await push(hub.url, "library/debian", old, "12");
		await run(follow(DEBIAN, "12"));
		await push(hub.url, "library/debian", fresh, "12");
	});

	test("the Archive's follows, and what it pointed to can be pulled by another", async () => {
		const { report } = await run(follow(DEBIAN, "12"));
		expect(report.items).toEqual([
			expect.objectContaining({
				outcome: "moved",
				digest: fresh.digest,
				kept: { digest: old.digest, tag: keptTag },
			}),
		]);
		expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(fresh.digest);
		expect((await closure(archive.url, DEBIAN, keptTag))[0]).toBe(old.digest);
	});

	test("it is kept once, when all that comes before the tag is there", async () => {
		archive.seen.length = 0;
		await run(follow(DEBIAN, "12"));
		const puts = archive.seen
			.filter(({ method, path }) => method === "PUT" && /manifests/.test(path))
			.map(({ path }) => path.split("/manifests/")[1]);
		expect(puts.slice(-2)).toEqual([keptTag, "12"]);
		expect(puts.slice(0, -2)).toContain(fresh.digest);
	});

	test("an image that cannot be copied leaves the tag and no backup tag", async () => {
		hub.faults.push({ path: /blobs/, action: status(404), times: 100 });
		expect((await run(follow(DEBIAN, "12"))).report.counts.failed).toBe(1);
		expect([...(archive.repositories.get(DEBIAN)?.tags ?? [])]).toEqual([
			["12", old.digest],
		]);
	});

	test("the tag does not move when what it pointed to cannot be kept", async () => {
		archive.faults.push({
			method: "PUT",
			path: /manifests\/12-kept/,
			action: status(403),
		});
		expect(outcomes(await run(follow(DEBIAN, "12")))).toEqual([
			`12 failed: PUT ${archive.url}/v2/${DEBIAN}/manifests/${keptTag} was refused with status 403`,
		]);
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
	});

	test("a backup tag that points to something else is not written over", async () => {
		await push(archive.url, DEBIAN, own, keptTag);
		expect(outcomes(await run(follow(DEBIAN, "12")))).toEqual([
			`12 failed: ${archive.host}/${DEBIAN}:${keptTag} is to keep ${old.digest} and points to ${own.digest}; the tag 12 was not moved. Fix: find out who wrote it, and give it another tag`,
		]);
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
		expect(archive.tag(DEBIAN, keptTag)).toBe(own.digest);
	});

	test("what another run moved it to meanwhile is kept as well", async () => {
		archive.faults.push({
			method: "PUT",
			path: new RegExp(`manifests/${fresh.digest}$`),
			action: async () => {
				await push(archive.url, DEBIAN, own, "12");
				return false;
			},
		});
		const { report } = await run(follow(DEBIAN, "12"));
		const tag = `12-kept-20261124-${own.digest.slice(7, 19)}`;
		expect(report.items[0]?.kept).toEqual({ digest: own.digest, tag });
		expect(archive.tag(DEBIAN, tag)).toBe(own.digest);
		expect(archive.tag(DEBIAN, "12")).toBe(fresh.digest);
	});

	test("two runs at a time end as one does", async () => {
		const both = await Promise.all([
			run(follow(DEBIAN, "12")),
			run(follow(DEBIAN, "12")),
		]);
		expect(both.map(({ report }) => report.counts.failed)).toEqual([0, 0]);
		expect(archive.tag(DEBIAN, "12")).toBe(fresh.digest);
		expect(archive.tag(DEBIAN, keptTag)).toBe(old.digest);
		expect((await run(follow(DEBIAN, "12"))).report.counts.present).toBe(1);
	});

	test("two digests of one day are both kept", async () => {
		await run(follow(DEBIAN, "12"));
		await push(hub.url, "library/debian", own, "12");
		await run(follow(DEBIAN, "12"));
		expect(archive.tag(DEBIAN, keptTag)).toBe(old.digest);
		expect(
			archive.tag(DEBIAN, `12-kept-20261124-${fresh.digest.slice(7, 19)}`),
		).toBe(fresh.digest);
	});
});

describe("an override", () => {
	const image = `quay.io/team/debian@${own.digest}`;
	const overrides = override(DEBIAN, "12", image);

	beforeEach(async () => {
		await push(hub.url, "library/debian", old, "12");
		await push(quay.url, "team/debian", own);
	});

	test("wins over upstream, which is not even asked", async () => {
		hub.seen.length = 0;
		const { report } = await run(follow(DEBIAN, "12"), { overrides });
		expect(report.items).toEqual([
			{
				repository: DEBIAN,
				tag: "12",
				digest: own.digest,
				file: "list.yaml",
				path: "overrides[0]",
				outcome: "overridden",
			},
		]);
		expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(own.digest);
		expect(hub.seen).toEqual([]);
	});

	test("keeps what it replaces", async () => {
		await run(follow(DEBIAN, "12"));
		const { report } = await run(follow(DEBIAN, "12"), { overrides });
		const tag = `12-kept-20261124-${old.digest.slice(7, 19)}`;
		expect(report.items[0]).toMatchObject({
			outcome: "overridden",
			kept: { digest: old.digest, tag },
		});
		expect((await closure(archive.url, DEBIAN, tag))[0]).toBe(old.digest);
	});

	test("that is in place needs no registry but the Archive", async () => {
		await run(follow(DEBIAN, "12"), { overrides });
		quay.seen.length = 0;
		hub.seen.length = 0;
		const again = await run(follow(DEBIAN, "12"), { overrides });
		expect(outcomes(again)).toEqual(["12 present"]);
		expect([...quay.seen, ...hub.seen]).toEqual([]);
	});

	test("that is removed gives the tag back to upstream, and its image is kept", async () => {
		await run(follow(DEBIAN, "12"), { overrides });
		const { report } = await run(follow(DEBIAN, "12"), { day: "2026-11-25" });
		const tag = `12-kept-20261125-${own.digest.slice(7, 19)}`;
		expect(report.items[0]).toMatchObject({
			outcome: "moved",
			digest: old.digest,
			kept: { digest: own.digest, tag },
		});
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
		expect((await closure(archive.url, DEBIAN, tag))[0]).toBe(own.digest);
	});

	test("that has expired still wins, and every run says so", async () => {
		const expired = override(DEBIAN, "12", image, "2026-11-23");
		for (const outcome of ["12 overridden", "12 present"]) {
			const ran = await run(follow(DEBIAN, "12"), { overrides: expired });
			expect(outcomes(ran)).toEqual([outcome]);
			expect(ran.report.expired).toEqual([
				`list.yaml:overrides[0]: override of ${DEBIAN}:12 by "team-base" has expired and still wins, got "2026-11-23"; expected a day from 2026-11-24 on. Fix: renew it, or remove it to go back to what upstream has.`,
			]);
			expect(ran.log.map((line) => JSON.parse(line).msg)).toContain(
				"an override has expired",
			);
		}
		expect(archive.tag(DEBIAN, "12")).toBe(own.digest);
	});

	test("counts on its last day", async () => {
		const last = override(DEBIAN, "12", image, "2026-11-24");
		const { report } = await run(follow(DEBIAN, "12"), { overrides: last });
		expect(report.expired).toEqual([]);
	});
});

describe("one tag that goes wrong leaves the others alone:", () => {
	test("an upstream that is away fails its tags, and the Archive stays as it is", async () => {
		await push(hub.url, "library/debian", old, "12");
		await push(quay.url, "org/app", own, "1.0");
		await run(follow(DEBIAN, "12"));
		const { url } = hub;
		await hub.stop();
		archive.seen.length = 0;
		const ran = await run(
			follow(DEBIAN, "12", "13") + follow("quay.io/org/app", "1.0"),
		);
		const away = (tag: string) =>
			`${tag} failed: upstream away: HEAD ${url}/v2/library/debian/manifests/${tag} failed: ECONNREFUSED connect ECONNREFUSED ${url.slice("http://".length)}; given up after 6 tries`;
		expect(outcomes(ran)).toEqual([away("12"), away("13"), "1.0 mirrored"]);
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
		const asked = archive.seen.filter(({ path }) => path.includes(DEBIAN));
		expect(asked.map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
	});

	test.each([500, 503, 429])(
		"an upstream that answers %i fails its tags alone",
		async (code) => {
			await push(quay.url, "org/app", own, "1.0");
			hub.faults.push({ path: /./, action: status(code), times: 1_000 });
			const images = follow(DEBIAN, "12") + follow("quay.io/org/app", "1.0");
			expect(outcomes(await run(images))).toEqual([
				`12 failed: upstream away: HEAD ${hub.url}/v2/library/debian/manifests/12 was refused with status ${code}; given up after 6 tries`,
				"1.0 mirrored",
			]);
		},
	);

	test("an upstream that is away is not asked for hundreds of tags", async () => {
		const tags = Array.from({ length: 200 }, (_, i) => `${i}`);
		hub.faults.push({ path: /./, action: reset, times: 10_000 });
		const { report } = await run(follow(DEBIAN, ...tags));
		expect(report.counts.failed).toBe(200);
		// Eight that were under way, and two that came before the third failure; six tries each.
		expect(hub.seen.length).toBeLessThanOrEqual(60);
	});

	test("an upstream that refuses one tag is asked for the others", async () => {
		const tags = ["1", "2", "3", "4", "5"];
		await push(hub.url, "library/debian", old, "5");
		hub.faults.push({ path: /\/[1-4]$/, action: status(403), times: 4 });
		const { report } = await run(follow(DEBIAN, ...tags));
		expect(report.counts).toMatchObject({ failed: 4, mirrored: 1 });
	});

	test("a tag that upstream deleted stays, and is reported as drift", async () => {
		await push(hub.url, "library/debian", old, "12");
		await run(follow(DEBIAN, "12"));
		hub.repositories.get("library/debian")?.tags.delete("12");
		const ran = await run(follow(DEBIAN, "12", "13"));
		expect(outcomes(ran)).toEqual([
			`12 drift: ${DEBIAN} has no tag 12 any more; the Archive keeps it at ${old.digest}. Fix: pin it to that digest below 'dmap', or remove it from the list`,
			`13 failed: ${DEBIAN} has no tag 13. Fix: correct the tag, or remove it from the list`,
		]);
		expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(old.digest);
	});

	test("an Archive that cannot tell what it has is not written to", async () => {
		await push(hub.url, "library/debian", old, "11");
		await push(hub.url, "library/debian", old, "12");
		archive.faults.push({
			method: "HEAD",
			path: /manifests\/11$/,
			action: status(400),
		});
		const ran = await run(follow(DEBIAN, "11", "12"));
		expect(ran.report.counts).toMatchObject({ failed: 1, mirrored: 1 });
		expect(archive.tag(DEBIAN, "11")).toBeUndefined();
	});
});

test("any mistake in any list ends the run before a request, with all mistakes", async () => {
	const lists = {
		"a.yaml": `images:\n${follow(DEBIAN, "12")}`,
		"b.yaml": `images:\n${follow("nginx", "1")}`,
		"c.yaml": "images: []",
		"d.yaml": "\uFEFF",
	};
	const ran = run("", { lists });
	await expect(ran).rejects.toThrow(InvalidInputError);
	await expect(ran).rejects.toThrow(
		`b.yaml:images[0].name: not the full name of a repository, got "nginx"; expected the registry's host and all of the repository's name. Fix: write "docker.io/library/nginx".
c.yaml:images: no images, got an empty list; expected a list; each an entry with name and tags or dmap. Fix: begin each entry with '- name:', or remove the key.
d.yaml:line 1: byte order mark, got "\\ufeff"; expected UTF-8 without one. Fix: save the file without BOM.`,
	);
	expect([...hub.seen, ...archive.seen]).toEqual([]);
});

test("a list that is named and missing ends the run too", async () => {
	const lists = { "files.json": '{"files":["a.yaml"]}' };
	await expect(run("", { lists })).rejects.toThrow(
		/^a\.yaml: cannot be read, got ENOENT;/,
	);
});

test("a folder without lists is nothing to do", async () => {
	const { report } = await run("", { lists: { "README.md": "x" } });
	expect(report.items).toEqual([]);
	expect([...hub.seen, ...archive.seen]).toEqual([]);
});

test("upstream is asked anonymously, the Archive as archiver, and no output has the password", async () => {
	await push(hub.url, "library/debian", old, "12");
	archive.auth = { username: "archiver", password: ARCHIVER_PASSWORD };
	hub.seen.length = 0;
	const { report, log } = await run(follow(DEBIAN, "12"));
	expect(report.counts.mirrored).toBe(1);
	expect(hub.seen.filter(({ authorization }) => authorization)).toEqual([]);
	expect(JSON.stringify(report) + log.join("")).not.toMatch(/canary|Bearer/);
});

test("a registry without an address of its own is asked at its host, Docker Hub at its API's", async () => {
	const asked = new Set<string>();
	const dispatcher = registryAgent(DEFAULT_TIMEOUTS).compose(
		(dispatch) => (options, handler) => {
			if (options.origin === archive.url) return dispatch(options, handler);
			asked.add(`${options.origin}${options.path}`);
			throw new Error("not to be asked here");
		},
	);
	await run(follow(DEBIAN, "12") + follow("ghcr.io/org/app", "1.0"), {
		upstreams: {},
		http: { dispatcher },
	});
	expect([...asked].toSorted()).toEqual([
		"https://ghcr.io/v2/org/app/manifests/1.0",
		"https://registry-1.docker.io/v2/library/debian/manifests/12",
	]);
});

test("log lines are JSON: one for each tag that is not as it was, and a sum", async () => {
	await push(hub.url, "library/debian", old, "11");
	await push(archive.url, DEBIAN, old, "11");
	await push(hub.url, "library/debian", fresh, "12");
	const { log } = await run(follow(DEBIAN, "11", "12", "13"));
	const lines = log.map((line) => JSON.parse(line));
	expect(lines.map(({ level, msg, tag }) => [level, msg, tag])).toEqual([
		["error", "failed", "13"],
		["info", "mirrored", "12"],
		["info", "mirroring ended", undefined],
	]);
});

test("a run that is stopped gives up what is left", async () => {
	await push(hub.url, "library/debian", fresh, "12");
	const stop = new AbortController();
	hub.faults.push({
		method: "GET",
		path: /blobs/,
		action: () => {
			stop.abort(new Error("the job was stopped"));
			return true;
		},
	});
	const ran = await run(follow(DEBIAN, "12"), { signal: stop.signal });
	expect(outcomes(ran)).toEqual(["12 aborted: the job was stopped"]);
	expect(archive.tag(DEBIAN, "12")).toBeUndefined();
});
