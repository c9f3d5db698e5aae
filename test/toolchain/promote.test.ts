import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { promote } from "../../toolchain/commands/promote.ts";
import { runCaptured, UserError } from "../../toolchain/process.ts";
import { ROOT } from "../../toolchain/stack.ts";
import { DEV_SPEC } from "../topology/dev-estate.ts";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "promote-offline-"));
	const { stack: _, ...estate } = DEV_SPEC;
	writeFileSync(
		join(folder, "Pulumi.try.yaml"),
		stringify({ config: { "registry-tiers:estate": estate } }),
	);
});
afterEach(() => rmSync(folder, { recursive: true }));

const configFile = () => join(folder, "Pulumi.try.yaml");

test("the manifests of a pull request are judged by the stack's configuration alone", async () => {
	const digest = `sha256:${"a".repeat(64)}`;
	const manifests = join(folder, "promotions");
	mkdirSync(manifests);
	writeFileSync(
		join(manifests, "app.yaml"),
		stringify([{ name: "team/app", dmap: { [digest]: ["1.4.2", "next"] } }]),
	);
	const { code, stdout } = await runCaptured(
		process.execPath,
		[
			join(ROOT, "toolchain/main.ts"),
			...["promote", "plan", "--offline", "--stack", "try", "--json"],
			...["--config-file", configFile(), "--manifests", manifests],
		],
		// An engine that is not there.
		{ env: { DOCKER_HOST: `unix://${folder}/none.sock` } },
	);
	const { source, destination, items } = JSON.parse(stdout);
	expect({ code, source, destination }).toEqual({
		code: 1,
		source: "ci-snapshots.home.test",
		destination: "prod-rw.promotion.test",
	});
	expect(items.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
		"planned",
		"refused",
	]);
}, 30_000);

test("nothing but a plan is made offline", async () => {
	const options = {
		stack: "try",
		configFile: configFile(),
		install: false,
		offline: true,
	};
	await expect(promote(options, ["run"])).rejects.toThrow(
		new UserError(
			"--offline: nothing but a plan is made without registries, got run; expected plan. Fix: npm run promote -- plan --offline",
		),
	);
});
