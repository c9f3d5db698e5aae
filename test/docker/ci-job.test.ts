import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureCosign } from "../../toolchain/client-programs.ts";
import { runCaptured } from "../../toolchain/process.ts";
import {
	publicKeyPem,
	signingKeyPem,
} from "../../topology/estate-signing-key.ts";
import { namingRule } from "../../topology/naming.ts";
import {
	DEFAULT_PROMOTION_POLICY,
	type Signer,
} from "../../topology/promotion-policy.ts";
import { sigstore } from "../services/jobs/promote/signatures/sigstore.ts";
import {
	type CiProject,
	type CiProvider,
	startCiProvider,
} from "./ci-provider.ts";
import { type GuardedRegistry, PASSWORD, startGuarded } from "./gate-estate.ts";
import { bundle, entry, promoterProcess } from "./promoter-process.ts";
import { type SigstoreServer, startSigstore } from "./sigstore-server.ts";

const SCRIPT = resolve("docs/ci-job.sh");
const AUDIENCE = "ci-snapshots.test";
const KEY = createHash("sha256").update("ci").digest("base64");

let folder: string;
let cosign: string;
let program: string;
let provider: CiProvider;
let trust: object;
let fulcio: SigstoreServer;
let snapshots: GuardedRegistry;
let prod: GuardedRegistry;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "ci-job-"));
	cosign = await ensureCosign();
	program = await bundle(join(folder, "jobs.mjs"));
	provider = await startCiProvider();
	const signing = await sigstore();
	trust = signing.trust;
	fulcio = await startSigstore(signing);
	snapshots = await startGuarded({
		service: AUDIENCE,
		issuer: `gate.${AUDIENCE}`,
		requiredLabels: DEFAULT_PROMOTION_POLICY.labels,
		identities: [
			{
				name: "ci-provider",
				issuer: provider.issuer,
				principal: "ci",
				claims: { repository: "acme/.*" },
				internal: true,
			},
		],
	});
	prod = await startGuarded({
		name: "prod-rw",
		naming: namingRule("prod", true),
	});
	await mkdir(join(folder, "app"));
	await writeFile(
		join(folder, "app/Dockerfile"),
		"FROM scratch\nCOPY Dockerfile /\n",
	);
	await writeFile(join(folder, "trust.json"), JSON.stringify(trust));
	await writeFile(join(folder, "signing.json"), fulcio.signingConfig);
	await writeFile(
		join(folder, "sbom.json"),
		JSON.stringify({ spdxVersion: "SPDX-2.3", name: "app" }),
	);
});
afterAll(async () => {
	await snapshots?.stop();
	await prod?.stop();
	await fulcio?.close();
	await provider?.close();
	await rm(folder, { recursive: true });
});

/** Where a job of GitHub asks for its tokens, with what it shows there. */
async function startJobTokens(project: CiProject) {
	const asked: string[] = [];
	const server: Server = createServer(async (request, response) => {
		const { searchParams } = new URL(request.url ?? "", "http://actions.test");
		const audience = searchParams.get("audience") ?? "";
		if (request.headers.authorization !== "bearer runtime") {
			response.writeHead(401).end();
			return;
		}
		asked.push(audience);
		const value = await provider.tokenFor(project, audience);
		response.end(JSON.stringify({ count: value.length, value }));
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as AddressInfo;
	return {
		asked,
		env: {
			ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
			ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runtime",
		},
		close: () => new Promise((done) => server.close(done)),
	};
}

/** Runs the script as a job of a project. */
async function runJob(
	project: CiProject,
	tag: string,
	env: Readonly<Record<string, string>>,
) {
	const tokens = await startJobTokens(project);
	try {
		const ran = await runCaptured(SCRIPT, [], {
			cwd: folder,
			env: {
				...tokens.env,
				PATH: `${dirname(cosign)}:${process.env.PATH}`,
				HOME: folder,
				REGISTRY: snapshots.front.host,
				AUDIENCE,
				IMAGE: "team/app",
				TAG: tag,
				SOURCE: "https://github.com/acme/app",
				REVISION: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
				CONTEXT: "app",
				SBOM: "sbom.json",
				...env,
			},
		});
		return { ...ran, asked: tokens.asked };
	} finally {
		await tokens.close();
		await runCaptured("docker", [
			"image",
			"rm",
			`${snapshots.front.host}/team/app:${tag}`,
		]);
	}
}

const KEYLESS = { SIGNING_CONFIG: "signing.json", TRUSTED_ROOT: "trust.json" };

/** Promotes by digest with everything Prod asks for. */
async function promote(image: string, tag: string, signer: Signer) {
	const promoter = await promoterProcess({
		program,
		source: {
			url: snapshots.front.url,
			username: "developer",
			password: PASSWORD,
		},
		destination: { url: prod.front.url, username: "ci", password: PASSWORD },
		manifest: entry("team/app", digestOf(image), tag),
		config: { policy: DEFAULT_PROMOTION_POLICY, signers: [signer] },
	});
	try {
		const { items } = await promoter.report();
		return items.map(({ outcome, reason }) => ({ outcome, reason }));
	} finally {
		await promoter.remove();
	}
}

const digestOf = (image: string) => image.trim().split("@")[1] ?? "";

/** The digest of a tag in a registry, if it is there. */
async function tagged(registry: GuardedRegistry, tag: string) {
	const token = await registry.token("developer", "repository:team/app:pull");
	const answer = await fetch(
		`${registry.front.url}/v2/team/app/manifests/${tag}`,
		{
			headers: {
				accept:
					"application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json",
				authorization: `Bearer ${token}`,
			},
		},
	);
	return answer.headers.get("docker-content-digest") ?? answer.status;
}

describe("the script for CI jobs makes an image that is promoted", () => {
	test("without any key, signed in the job's name", async () => {
		const tag = "main-1-0a1b2c3";
		const { code, stdout, stderr, asked } = await runJob(
			"acme-app",
			tag,
			KEYLESS,
		);
		expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
		expect(stdout).toBe(
			`${snapshots.front.host}/team/app@${await tagged(snapshots, tag)}\n`,
		);
		// One token for each login, and one for each certificate.
		expect(asked).toEqual([AUDIENCE, AUDIENCE, "sigstore", "sigstore"]);
		const job = {
			name: "ci",
			issuer: provider.issuer,
			subject: "acme-app",
			trustRoot: JSON.stringify(trust),
		};
		const others = JSON.stringify((await sigstore()).trust);
		expect(
			(await promote(stdout, "1.0.0", { ...job, trustRoot: others }))[0]
				?.outcome,
		).toBe("refused");
		expect(await promote(stdout, "1.0.0", job)).toEqual([
			{ outcome: "promoted", reason: undefined },
		]);
		expect(await tagged(prod, "1.0.0")).toBe(digestOf(stdout));
	});

	test("with the key that the estate made for CI", async () => {
		const file = join(folder, "ci.pem");
		await writeFile(file, signingKeyPem(KEY));
		const password = { COSIGN_PASSWORD: "a password of a test" };
		await runCaptured(
			cosign,
			["import-key-pair", "--key", file, "--output-key-prefix", "ci"],
			{ cwd: folder, env: password },
		);
		const { stdout: key } = await runCaptured("cat", [join(folder, "ci.key")]);
		const { code, stdout, stderr } = await runJob(
			"acme-app",
			"main-2-0a1b2c3",
			{
				...password,
				COSIGN_PRIVATE_KEY: key,
			},
		);
		expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
		const ci = { name: "ci", publicKey: publicKeyPem(KEY) };
		expect(await promote(stdout, "1.1.0", ci)).toEqual([
			{ outcome: "promoted", reason: undefined },
		]);
		expect(await tagged(prod, "1.1.0")).toBe(digestOf(stdout));
	});
});

test("a job of somebody else's project gets nowhere with it", async () => {
	const tag = "main-3-0a1b2c3";
	const { code, stdout, stderr } = await runJob("stranger-app", tag, KEYLESS);
	expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
	expect(stderr).toMatch(/the identity token opens nothing in ci-snapshots/);
	expect(await tagged(snapshots, tag)).toBe(404);
});
