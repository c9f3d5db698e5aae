import { expect, test } from "vitest";
import { InvalidInputError } from "../../../../services/jobs/problem.ts";
import {
	DEFAULT_TIMEOUTS,
	registryAgent,
} from "../../../../services/oci/http.ts";
import { closure } from "../../oci/closure.ts";
import { fallbackTag, push, referrer, referrers } from "../../oci/images.ts";
import {
	DEBIAN,
	fresh,
	mirrorHarness,
	old,
	outcomes,
	own,
} from "./mirror-harness.ts";
import { ARCHIVER_PASSWORD, follow, keptTag } from "./run-mirror.ts";

const harness = mirrorHarness();

test("brings what the lists ask for, below the name of its registry", async () => {
	const { hub, quay, archive, run } = harness;
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
	const { hub, run, writes } = harness;
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
	const { hub, archive, run } = harness;
	const sbom = referrer(old, "application/spdx+json");
	await push(hub.url, "library/debian", old, "12");
	await push(hub.url, "library/debian", referrers([sbom]), fallbackTag(old));
	await run(follow(DEBIAN, "12"));
	expect(await closure(archive.url, DEBIAN, fallbackTag(old))).toContain(
		sbom.digest,
	);
});

test("a dry run shows what would be written and kept, and writes nothing", async () => {
	const { hub, archive, run, writes } = harness;
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
				tag: keptTag("12", old),
			},
		},
	]);
	expect(writes()).toBe(before);
});

test("any mistake in any list ends the run before a request, with all mistakes", async () => {
	const { hub, archive, run } = harness;
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
	const { run } = harness;
	const lists = { "files.json": '{"files":["a.yaml"]}' };
	await expect(run("", { lists })).rejects.toThrow(
		/^a\.yaml: cannot be read, got ENOENT;/,
	);
});

test("a folder without lists is nothing to do", async () => {
	const { hub, archive, run } = harness;
	const { report } = await run("", { lists: { "README.md": "x" } });
	expect(report.items).toEqual([]);
	expect([...hub.seen, ...archive.seen]).toEqual([]);
});

test("upstream is asked anonymously, the Archive as archiver, and no output has the password", async () => {
	const { hub, archive, run } = harness;
	await push(hub.url, "library/debian", old, "12");
	archive.auth = { username: "archiver", password: ARCHIVER_PASSWORD };
	hub.seen.length = 0;
	const { report, log } = await run(follow(DEBIAN, "12"));
	expect(report.counts.mirrored).toBe(1);
	expect(hub.seen.filter(({ authorization }) => authorization)).toEqual([]);
	expect(JSON.stringify(report) + log.join("")).not.toMatch(/canary|Bearer/);
});

test("a registry without an address of its own is asked at its host, Docker Hub at its API's", async () => {
	const { archive, run } = harness;
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
	const { hub, archive, run } = harness;
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
	const { hub, archive, run } = harness;
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
