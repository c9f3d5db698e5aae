import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { bytesOf } from "../../services/jobs/self-test/images.ts";
import { digestOf } from "../../services/oci/digest.ts";
import { Registry } from "../../services/oci/registry.ts";
import { Transport } from "../../services/oci/transport.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import type { SelfTestReport } from "../../topology/self-test-report.ts";
import { blob, image } from "../services/oci/images.ts";
import { LABELS } from "../smoke/images.ts";
import { signAsCi } from "./sign-as-ci.ts";
import { docker, succeeded, testStack } from "./test-stack.ts";

const SANDBOX = 6001;
const stack = testStack("access", SANDBOX);
const NAME = "team/app";
const SNAPSHOT = "main-1-0a1b2c3";
const app = image([blob("self-test")], { annotations: LABELS });

beforeAll(async () => {
	writeFileSync(
		join(stack.manifests, "app.yaml"),
		stringify({ images: [{ name: NAME, dmap: { [app.digest]: ["1.0.0"] } }] }),
	);
	await stack.npm("down");
	succeeded(await stack.npm("up"));
	await pushSnapshot();
	const snapshots = SANDBOX + 2;
	await signAsCi(stack, `localhost:${snapshots}/${NAME}@${app.digest}`);
	succeeded(await stack.npm("promote"));
});
afterAll(async () => {
	await stack.npm("down");
	stack.dispose();
});

const lastLine = (stdout: string) => stdout.trimEnd().split("\n").at(-1);

/** The self-test of one tier: its exit code and the cells that are not as the table says. */
async function selfTest(tier: string) {
	const { code, stdout } = await stack.npm("self-test", [
		"--json",
		"--tier",
		tier,
	]);
	const { cells }: SelfTestReport = JSON.parse(stdout);
	const failed = cells.filter(({ outcome }) => outcome === "failed");
	return { code, failed };
}

test("every cell of the access table is as it should be, tried again too", async () => {
	for (let run = 1; run <= 2; run++) {
		const { stdout } = succeeded(await stack.npm("self-test"));
		// Nine registries with nine principals and four verbs each, and nine published ports.
		expect(lastLine(stdout)).toBe("self-test: 333 passed, 0 failed");
	}
});

test("a right that the configuration does not give is found in exactly its cell", async () => {
	const written = readFileSync(stack.configFile, "utf8");
	const config = parse(written);
	// The running gate is as before.
	config.config["registry-tiers:estate"].tiers["ci-tests"].anonymousPull =
		false;
	writeFileSync(stack.configFile, stringify(config));
	try {
		const { code, failed } = await selfTest("ci-tests");
		expect(code).toBe(1);
		expect(failed).toEqual([
			{
				registry: "ci-tests",
				tier: "ci-tests",
				principal: "anonymous",
				verb: "pull",
				allowed: false,
				outcome: "failed",
				reason:
					"pull of self-test/access:run-self-test-1: expected a refusal, it was done",
			},
		]);
	} finally {
		writeFileSync(stack.configFile, written);
	}
});

test("a registry that is away is no refusal, and no other tier's fault", async () => {
	const { Id } = await runningContainer(
		docker,
		stack.name,
		"ci-pool-tests-server",
	);
	await docker.getContainer(Id).stop({ t: 0 });
	try {
		const { code, failed } = await selfTest("ci-tests");
		expect(code).toBe(1);
		expect(failed).toHaveLength(36);
		expect(failed[0]?.reason).toMatch(/^ci-tests does not answer: /);
		expect(await selfTest("ci-snapshots")).toEqual({ code: 0, failed: [] });
	} finally {
		await docker.getContainer(Id).start();
	}
});

test("a promoter that does not run leaves Prod's writing half unproved", async () => {
	const { Id } = await runningContainer(docker, stack.name, "promoter-server");
	await docker.getContainer(Id).stop({ t: 0 });
	try {
		const { code, failed } = await selfTest("prod-rw");
		expect(code).toBe(1);
		expect(failed).toHaveLength(36);
		expect(failed[0]?.reason).toBe(
			"the stack 'access' has no running promoter-server. Fix: npm run up",
		);
	} finally {
		await docker.getContainer(Id).start();
	}
});

async function pushSnapshot(): Promise<void> {
	const { stdout: password } = succeeded(
		await stack.npm("password", ["ci", "ci-snapshots"]),
	);
	const transport = new Transport();
	const registry = new Registry({
		url: `http://127.0.0.1:${SANDBOX + 2}`,
		actions: ["push"],
		credentials: async () => ({ username: "ci", password }),
		transport,
	});
	for (const { digest, bytes } of app.blobs) {
		const size = bytes.byteLength;
		await registry.uploadBlob(NAME, { digest, size }, async () =>
			bytesOf(bytes),
		);
	}
	const { mediaType, bytes } = app;
	await registry.putManifest(NAME, SNAPSHOT, {
		digest: digestOf(bytes),
		mediaType,
		bytes,
	});
	await transport.close();
}
