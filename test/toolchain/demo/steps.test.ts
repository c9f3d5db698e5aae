import { expect, test } from "vitest";
import { PROMOTION_PREDICATE } from "../../../services/jobs/promote/record-statement.ts";
import { placeOf } from "../../../toolchain/demo/place.ts";
import { scriptOf, summaryOf } from "../../../toolchain/demo/run.ts";
import {
	cleanupScript,
	demoSteps,
	quoted,
	type Tools,
} from "../../../toolchain/demo/steps.ts";
import { runCaptured, UserError } from "../../../toolchain/process.ts";
import { compileEstate } from "../../../topology/compile.ts";
import type { EstateSpec } from "../../../topology/estate.ts";
import { DEV_SPEC } from "../../topology/dev-estate.ts";

const TOOLS: Tools = {
	stackFlags: [],
	baseImage: "docker.io/library/debian:12",
	recordType: PROMOTION_PREDICATE,
};
const PLATFORM = "linux/amd64";

const placeIn = (spec: EstateSpec) => placeOf(compileEstate(spec), PLATFORM);
const stepsIn = (spec: EstateSpec, tools = TOOLS) =>
	demoSteps(placeIn(spec), tools);

test("an image goes from CI Snapshots through Prod to the first region", () => {
	expect(summaryOf(stepsIn(DEV_SPEC))).toBe(
		[
			"What you have seen:",
			"  CI pushed an image to ci-snapshots",
			"  promotion refused it while it was neither signed nor described",
			"  signed and with an SBOM, it was promoted to prod",
			"  CI's signature was verified at prod",
			"  the promotion record was verified, too",
			"  a consumer in eu pulled it through the region's cache and ran it",
			"  a push to prod was refused, with the reason",
		].join("\n"),
	);
});

test("what must be refused is refused for the right reasons", () => {
	expect(
		stepsIn(DEV_SPEC).flatMap(({ refusedWith }) =>
			refusedWith ? [refusedWith] : [],
		),
	).toEqual([
		["no signature", "no SBOM is attached"],
		["nobody pushes to prod"],
	]);
});

test("ports are those of the stack", () => {
	const { tiers, regions } = DEV_SPEC;
	const script = scriptOf(
		stepsIn({
			...DEV_SPEC,
			tiers: {
				...tiers,
				"ci-snapshots": { ...tiers["ci-snapshots"], port: 7003 },
				prod: { ...tiers.prod, port: 7004 },
			},
			regions: { ap: { port: 7011 }, ...regions },
		}),
	);
	expect([...new Set(script.match(/localhost:\d+/g))]).toEqual([
		"localhost:7003",
		"localhost:7004",
		"localhost:7011",
	]);
	expect(script).toContain("npm run --silent login -- consumer prod-ap\n");
});

test("without regions a consumer pulls from Prod itself", () => {
	const steps = stepsIn({ ...DEV_SPEC, regions: {} });
	expect(summaryOf(steps)).toContain(
		"a consumer pulled it from prod and ran it",
	);
	expect(scriptOf(steps)).not.toContain("prod-");
});

test("every command of this project is told which stack", () => {
	const script = scriptOf(
		stepsIn(DEV_SPEC, { ...TOOLS, stackFlags: ["--stack", "other"] }),
	);
	const commands = script.match(/npm run --silent \S+ -- .*/g) ?? [];
	expect(commands).toHaveLength(10);
	expect(commands.filter((c) => !/ -- --stack other /.test(c))).toEqual([]);
});

test("no password or private key is on a command line or in a file of its own", () => {
	const script = scriptOf(stepsIn(DEV_SPEC));
	expect(script).not.toMatch(/npm run --silent password|--password/);
	const keys = script.match(/signing-key .*\n?.*/g) ?? [];
	expect(keys.filter((use) => !use.includes("--public"))).toEqual([
		expect.stringMatching(
			/ \|\n {2}cosign import-key-pair --key \/dev\/stdin /,
		),
	]);
});

test("all of it is correct shell", async () => {
	for (const script of [
		scriptOf(stepsIn(DEV_SPEC)),
		cleanupScript(placeIn(DEV_SPEC)),
	]) {
		const { stderr } = await runCaptured("sh", ["-n"], { input: script });
		expect(stderr).toBe("");
	}
});

test("a machine's own docker and cosign are named in the first step", () => {
	const [first] = stepsIn(DEV_SPEC, {
		...TOOLS,
		cosignFolder: "/home/some one/bin",
		dockerHost: "unix:///home/a/.docker/run/docker.sock",
	});
	expect(first?.script.split("\n").slice(3)).toEqual([
		"export DOCKER_HOST=unix:///home/a/.docker/run/docker.sock",
		`export PATH='/home/some one/bin':"$PATH"`,
	]);
});

test("a word with a quote stays one word", async () => {
	const { stdout } = await runCaptured("sh", [
		"-c",
		`printf %s ${quoted("it's $HOME")}`,
	]);
	expect(stdout).toBe("it's $HOME");
});

test("a stack that would not take the demo's image is refused with every reason", () => {
	const { tiers, promotion } = DEV_SPEC;
	const estate = compileEstate({
		...DEV_SPEC,
		tiers: {
			...tiers,
			prod: { ...tiers.prod, names: ["shop/.*"], tags: ["v[0-9]+"] },
		},
		promotion: {
			...promotion,
			repositories: ["shop/.*"],
			signers: {
				own: {
					kind: "keyless",
					issuer: "https://issuer.test",
					subject: "x",
					trustRoot: "trust/root.json",
				},
			},
			exceptions: [
				{
					repositories: ["demo/.*"],
					checks: ["sbom"],
					owner: "team",
					reason: "a demo",
				},
			],
		},
	});
	expect(() => placeOf(estate, "linux/arm64")).toThrow(
		new UserError(
			`the demo does not fit the stack '${DEV_SPEC.stack}':
  prod takes no repository demo/hello
  prod takes no tag such as 1.0.1
  promotion.repositories leaves demo/hello out
  promotion.exceptions asks less of demo/hello
  promotion.require.platforms asks for linux/amd64; this machine builds linux/arm64
  promotion.signers has no signer of kind estate-key
Fix: run it on a stack configured as Pulumi.dev.yaml is`,
		),
	);
});
