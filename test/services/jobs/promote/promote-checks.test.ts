import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_PROMOTION_POLICY } from "../../../../topology/promotion-policy.ts";
import { closure } from "../../oci/closure.ts";
import { status } from "../../oci/faults.ts";
import { blob, fallbackTag, push, referrers } from "../../oci/images.ts";
import { entry } from "../job-harness.ts";
import { builtImage } from "./built-images.ts";
import {
	CI,
	listedFor,
	promotionHarness,
	recordsOf,
	sbomOf,
	signatureOf,
} from "./promotion-harness.ts";

const APP = "team/app";
const app = builtImage();
const next = builtImage({ layers: [blob("next")] });
const RULE = `rules:
- repositories: ["team/.*"]
  tags: '([0-9]+\\.[0-9]+\\.[0-9]+)-[0-9a-f]{7,40}'
  promote: $1
`;
const UNSIGNED =
	"no SBOM is attached; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson; no signature; expected a signature of ci. Fix: sign the digest with cosign sign";
const ALL = ["labels", "platforms", "size", "sbom", "signature"];
const harness = promotionHarness();

/** Prod asks for what it asks for by default, and a rule finds one image that is not signed. */
beforeEach(async () => {
	const { source, manifests, configure, signRecords } = harness;
	await push(source.url, APP, app, "1.0.0-abcdef0");
	await signRecords();
	await configure({ policy: DEFAULT_PROMOTION_POLICY, signers: [CI] });
	await manifests({ "rules.yaml": RULE });
});

const sign = (image = app, repository = APP) =>
	push(
		harness.source.url,
		repository,
		referrers([signatureOf(image), sbomOf(image)]),
		fallbackTag(image),
	);

describe("an image that a rule finds", () => {
	const found = {
		repository: APP,
		tag: "1.0.0",
		digest: app.digest,
		file: "rules.yaml",
		path: "rules[0]",
		sourceTag: "1.0.0-abcdef0",
	};

	test("is held while it is not signed, and that is no failure", async () => {
		const { report, writes } = harness;
		const { status, counts, items } = await report("promote", "run");
		expect(status).toBe(0);
		expect(counts).toMatchObject({ held: 1, refused: 0, promoted: 0 });
		expect(items).toEqual([
			{
				...found,
				outcome: "held",
				reason: UNSIGNED,
				checks: { passed: ["labels", "platforms", "size"], lowered: [] },
			},
		]);
		expect(writes()).toBe(0);
	});

	test("is promoted once it is signed, by the tag the rule gives it", async () => {
		const { source, destination, report } = harness;
		await report("promote", "run");
		await sign();
		const { status, items } = await report("promote", "run");
		expect(status).toBe(0);
		expect(items).toEqual([
			{
				...found,
				outcome: "promoted",
				checks: { passed: ALL, lowered: [], signer: "ci" },
			},
		]);
		await closure(destination.url, APP, "1.0.0");
		const listed = listedFor(destination, APP, app);
		expect(listed.slice(0, 2)).toEqual(listedFor(source, APP, app));
		expect(listed).toHaveLength(3);
	});

	test("stays in Prod when CI Snapshots no longer has it", async () => {
		const { source, destination, report } = harness;
		await sign();
		await report("promote", "run");
		source.repositories.delete(APP);
		const { status, counts, notes } = await report("promote", "run");
		expect({ status, notes }).toEqual({ status: 0, notes: [] });
		expect(counts).toMatchObject({ promoted: 0, present: 0 });
		expect(destination.tag(APP, "1.0.0")).toBe(app.digest);
	});
});

test("an image that a manifest lists is refused while it is not signed", async () => {
	const { manifests, report } = harness;
	await manifests({ "rules.yaml": entry(APP, app.digest, "1.0.0") });
	const { status, items } = await report("promote", "run");
	expect(status).toBe(1);
	expect(items).toMatchObject([{ outcome: "refused", reason: UNSIGNED }]);
});

test("an image that lacks everything is told so at once", async () => {
	const { source, manifests, report } = harness;
	const bare = builtImage({
		config: { os: "linux", architecture: "s390x" },
		layers: [blob("bare")],
	});
	await push(source.url, APP, bare);
	await manifests({ "rules.yaml": entry(APP, bare.digest, "1.0.0") });
	const { items } = await report("promote", "plan");
	const label = (name: string) =>
		`label org.opencontainers.image.${name} is missing on linux/s390x; expected it as a label or annotation. Fix: build with --label org.opencontainers.image.${name}=…`;
	expect(items).toMatchObject([
		{
			outcome: "refused",
			checks: { passed: ["size"], lowered: [] },
			reason: [
				label("source"),
				label("revision"),
				"platform linux/amd64 is missing, got linux/s390x; expected linux/amd64. Fix: build for all of them",
				UNSIGNED,
			].join("; "),
		},
	]);
});

describe("checks that are lowered", () => {
	const exception = { owner: "team-base", reason: "until the builder signs" };
	const lowered = [
		{ check: "sbom", ...exception },
		{ check: "signature", ...exception },
	];

	beforeEach(() =>
		harness.configure({
			lowered: [
				{ ...exception, repositories: [APP], checks: ["sbom", "signature"] },
			],
		}),
	);

	test("are named with owner and reason in plan, report, record and audit log", async () => {
		const { destination, report, audit } = harness;
		const checks = { passed: ["labels", "platforms", "size"], lowered };
		const planned = await report("promote", "plan");
		expect(planned.items).toMatchObject([{ outcome: "planned", checks }]);
		const promoted = await report("promote", "run");
		expect(promoted.items).toMatchObject([{ outcome: "promoted", checks }]);
		expect(recordsOf(destination, APP, app)).toMatchObject([
			{ predicate: { checks } },
		]);
		expect(await audit()).toMatchObject([{ tag: "1.0.0", checks }]);
	});

	test("are named in the plan as a log has it", async () => {
		const { stdout } = await harness.run("promote", "plan");
		expect(stdout).toContain(
			[
				`planned  ${APP}:1.0.0 ${app.digest}`,
				"         not checked for sbom: team-base answers for it: until the builder signs",
				"         not checked for signature: team-base answers for it: until the builder signs",
			].join("\n"),
		);
	});

	test("are not lowered for another repository", async () => {
		const { source, report } = harness;
		await push(source.url, "team/other", next, "2.0.0-abcdef0");
		const { items } = await report("promote", "run");
		expect(
			items.map(({ repository, outcome }) => `${repository} ${outcome}`),
		).toEqual(["team/app promoted", "team/other held"]);
	});
});

describe("what goes wrong with one repository leaves the others alone:", () => {
	beforeEach(async () => {
		await sign();
		const { source } = harness;
		await push(source.url, "team/other", next, "2.0.0-abcdef0");
		await sign(next, "team/other");
	});

	test("its tags cannot be listed", async () => {
		const { source, destination, report } = harness;
		source.faults.push({
			path: /team\/app\/tags\/list/,
			times: 9,
			action: status(403),
		});
		const { status: exit, items } = await report("promote", "run");
		expect(exit).toBe(1);
		expect(items).toMatchObject([
			{ repository: "team/other", outcome: "promoted" },
			{
				repository: APP,
				tag: "$1",
				file: "rules.yaml",
				path: "rules[0]",
				outcome: "failed",
				reason: `GET ${source.url}/v2/team/app/tags/list was refused with status 403`,
			},
		]);
		expect(destination.tag("team/other", "2.0.0")).toBe(next.digest);
	});

	test("no rule has a say on it", async () => {
		const { source, manifests, report } = harness;
		await manifests({ "rules.yaml": RULE.replace("team/.*", "team/other") });
		source.faults.push({
			path: /team\/app\/tags\/list/,
			times: 9,
			action: status(403),
		});
		const { status: exit, counts } = await report("promote", "run");
		expect(exit).toBe(0);
		expect(counts).toMatchObject({ promoted: 1, failed: 0 });
	});

	test("repositories cannot be listed, and what manifests list is promoted", async () => {
		const { source, manifests, report } = harness;
		await manifests({ "a.yaml": entry(APP, app.digest, "1.0.0") });
		source.faults.push({ path: /_catalog/, times: 9, action: status(403) });
		const { items } = await report("promote", "run");
		expect(items).toMatchObject([
			{ repository: APP, tag: "1.0.0", outcome: "promoted" },
			{
				repository: "team/.*",
				tag: "$1",
				file: "rules.yaml",
				path: "rules[0]",
				outcome: "failed",
				reason: `GET ${source.url}/v2/_catalog was refused with status 403`,
			},
		]);
	});

	test("what is attached to its image cannot be read", async () => {
		const { source, report } = harness;
		source.faults.push({
			path: new RegExp(`team/app/manifests/${fallbackTag(app)}`),
			times: 9,
			action: status(403),
		});
		const { items } = await report("promote", "run");
		expect(items.map(({ outcome, reason }) => [outcome, reason])).toEqual([
			[
				"failed",
				`GET ${source.url}/v2/team/app/manifests/${fallbackTag(app)} was refused with status 403`,
			],
			["promoted", undefined],
		]);
	});
});
