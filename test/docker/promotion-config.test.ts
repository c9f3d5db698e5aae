import {
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
} from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { runCaptured } from "../../toolchain/process.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { changedResources } from "./changed-resources.ts";
import { exposedPlaces, secretsOf } from "./exposure.ts";
import { docker, leftovers, succeeded, testStack } from "./test-stack.ts";

const stack = testStack("signers", 6301);
const LABELS = [
	"org.opencontainers.image.source",
	"org.opencontainers.image.revision",
];

beforeAll(async () => {
	configure((estate) => {
		estate.regions = {};
		estate.tiers = { ...estate.tiers, archive: undefined };
	});
	await stack.npm("down");
	succeeded(await stack.npm("up"));
});
afterAll(async () => {
	await stack.npm("down");
	stack.dispose();
});

// biome-ignore lint/suspicious/noExplicitAny: a configuration file, as YAML has it
function configure(change: (estate: any) => void): void {
	const document = parse(readFileSync(stack.configFile, "utf8"));
	change(document.config["registry-tiers:estate"]);
	writeFileSync(stack.configFile, stringify(document));
}

const signingKey = async (...args: readonly string[]) =>
	succeeded(await stack.npm("signing-key", args)).stdout;

const publicHalf = (pem: string) =>
	createPublicKey(createPrivateKey(pem))
		.export({ type: "spki", format: "pem" })
		.toString();

async function inPromoter(...command: readonly string[]): Promise<string> {
	const { Id } = await runningContainer(docker, stack.name, "promoter-server");
	return succeeded(await runCaptured("docker", ["exec", Id, ...command]))
		.stdout;
}
const promoterConfig = async () =>
	JSON.parse(await inPromoter("cat", "/config/promoter.json"));

describe("the key of CI", () => {
	test("is printed, and is the one the promoter believes", async () => {
		const key = await signingKey("ci");
		const { signers } = await promoterConfig();
		expect(signers).toEqual([{ name: "ci", publicKey: publicHalf(key) }]);
		expect(await signingKey("ci", "--public")).toBe(publicHalf(key));
	});

	test("is not on the promoter's machine", async () => {
		const files = await inPromoter("ls", "/config");
		expect(files.trim().split("\n")).toEqual([
			"promoter.json",
			"read-password",
			"record-key",
			"write-password",
		]);
	});
});

describe("the key of promotion records", () => {
	test("is readable by the promoter alone, and its public half by everybody", async () => {
		const mode = await inPromoter("stat", "-c", "%a", "/config/record-key");
		expect(mode.trim()).toBe("400");
		const key = await inPromoter("cat", "/config/record-key");
		expect(await signingKey("promoter", "--public")).toBe(publicHalf(key));
		expect(await signingKey("ci", "--public")).not.toBe(publicHalf(key));
	});

	test("is never printed", async () => {
		expect(await stack.npm("signing-key", ["promoter"])).toEqual({
			code: 1,
			stdout: "",
			stderr:
				"error: the promoter's private key stays with the promoter: whoever has it can write promotion records. Fix: add --public\n",
		});
	});
});

test("the promoter asks for what Prod asks for unless the configuration says otherwise", async () => {
	const { policy, lowered, recordKeyFile, fullCheckEvery } =
		await promoterConfig();
	expect({ policy, lowered, recordKeyFile, fullCheckEvery }).toEqual({
		policy: {
			labels: LABELS,
			platforms: ["linux/amd64"],
			maxLayerMiB: 4096,
			maxImageMiB: 10240,
			sbom: true,
		},
		lowered: [],
		recordKeyFile: "/config/record-key",
		fullCheckEvery: 24,
	});
});

test("a second up changes nothing", async () => {
	const { stdout } = succeeded(await stack.npm("up"));
	expect(changedResources(stdout)).toEqual([]);
	succeeded(await stack.npm("preview", ["--expect-no-changes"]));
});

describe("manifests that are committed", () => {
	test("reach the promoter with their commit, and nothing else changes", async () => {
		const git = async (...args: readonly string[]) =>
			succeeded(
				await runCaptured("git", [
					...["-C", stack.manifests, "-c", "user.name=a"],
					...["-c", "user.email=a@b.test", ...args],
				]),
			).stdout.trim();
		await git("init", "--quiet");
		writeFileSync(join(stack.manifests, "app.yaml"), "images: []\n");
		await git("add", "--all");
		await git("commit", "--quiet", "--message", "an offer");
		const commit = await git("rev-parse", "HEAD");
		const { stdout } = succeeded(await stack.npm("up"));
		expect(changedResources(stdout)).toEqual(["promoter-server-inbox-writer"]);
		expect(
			JSON.parse(await inPromoter("cat", "/promotions/files.json")),
		).toEqual({ files: ["app.yaml"], commit });
		await git("commit", "--quiet", "--allow-empty", "--message", "another");
		succeeded(await stack.npm("preview", ["--expect-no-changes"]));
	});
});

describe("another signer", () => {
	test("whose file is a private key is refused before anything changes", async () => {
		const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
		const file = join(stack.manifests, "..", "release.pub");
		writeFileSync(file, pem);
		configure((estate) => {
			estate.promotion.signers = {
				ci: { kind: "estate-key" },
				release: { kind: "public-key", publicKey: file },
			};
		});
		const { code, stdout, stderr } = await stack.npm("up");
		expect(code).not.toBe(0);
		expect(stdout + stderr).toContain(
			"estate.promotion.signers.release.publicKey: a private key where a public one belongs",
		);
		expect(stdout + stderr).not.toContain(pem.split("\n")[1]);
		writeFileSync(file, publicHalf(pem));
	});

	test("is believed beside the first, whose key stays, and only the promoter is replaced", async () => {
		const before = await signingKey("ci");
		const { stdout } = succeeded(await stack.npm("up"));
		expect(changedResources(stdout).toSorted()).toEqual([
			"promoter",
			"promoter-server",
			"promoter-server-config-writer",
		]);
		expect(await signingKey("ci")).toBe(before);
		const release = await signingKey("release", "--public");
		const { signers } = await promoterConfig();
		expect(signers).toEqual([
			{ name: "ci", publicKey: publicHalf(before) },
			{ name: "release", publicKey: release },
		]);
	});

	test("the promoter runs with it", async () => {
		const { State, Status } = await runningContainer(
			docker,
			stack.name,
			"promoter-server",
		);
		expect([State, Status]).toEqual([
			"running",
			expect.stringContaining("(healthy)"),
		]);
	});
});

test("no private key is found in an output, preview, log, environment, label or inspection", async () => {
	const keys = [
		await signingKey("ci"),
		await inPromoter("cat", "/config/record-key"),
	];
	// The first line of a key says what kind of key it is, the second is its own.
	const ownLines = keys.map((pem) => pem.split("\n")[2] ?? "");
	expect(ownLines.map((line) => line.length)).toEqual([64, 64]);
	const secrets = [...ownLines, ...(await secretsOf(stack))];
	expect(await exposedPlaces(stack, secrets)).toEqual([]);
});

test("down leaves nothing", async () => {
	succeeded(await stack.npm("down"));
	expect(await leftovers(stack.name)).toEqual([]);
});
