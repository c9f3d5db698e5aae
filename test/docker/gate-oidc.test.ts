import { randomBytes } from "node:crypto";
import Docker from "dockerode";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Identity } from "../../topology/identity-spec.ts";
import { namingRule } from "../../topology/naming.ts";
import { type CiProvider, startCiProvider } from "./ci-provider.ts";
import { type GuardedRegistry, startGuarded } from "./gate-estate.ts";

const docker = new Docker();
const SNAPSHOTS = "ci-snapshots.oidc-test";
const TESTS = "ci-tests.oidc-test";

let provider: CiProvider;
let snapshots: GuardedRegistry;
let tests: GuardedRegistry;
beforeAll(async () => {
	provider = await startCiProvider();
	const identity: Identity = {
		name: "ci-provider",
		issuer: provider.issuer,
		principal: "ci",
		claims: { repository: "acme/.*" },
		internal: true,
	};
	snapshots = await startGuarded({
		service: SNAPSHOTS,
		issuer: `gate.${SNAPSHOTS}`,
		identities: [identity],
	});
	tests = await startGuarded({
		name: "ci-tests",
		service: TESTS,
		issuer: `gate.${TESTS}`,
		naming: namingRule("ci-tests", true),
		createOnlyTags: false,
		grants: { ci: ["pull", "create", "retag"] },
		identities: [identity],
	});
});
afterAll(async () => {
	await snapshots?.stop();
	await tests?.stop();
	await provider?.close();
});

const credentials = ({ front }: GuardedRegistry, password: string) => ({
	username: "oidc",
	password,
	serveraddress: front.host,
});

/** What `docker login` says. */
async function login(registry: GuardedRegistry, token: string) {
	try {
		return (await docker.checkAuth(credentials(registry, token))).Status;
	} catch (error) {
		return (error as Error).message;
	}
}

/** Pushes a new image; docker's last line, or its error. */
async function push(registry: GuardedRegistry, tag: string, token: string) {
	const tar = pack();
	tar.entry({ name: "file", mtime: new Date(0) }, randomBytes(8));
	tar.finalize();
	const repo = `${registry.front.host}/team/app`;
	await finished(await docker.importImage(tar as never, { repo, tag }));
	const image = docker.getImage(`${repo}:${tag}`);
	const authconfig = credentials(registry, token);
	const events = await finished(await image.push({ authconfig })).finally(() =>
		image.remove(),
	);
	const { error, status } =
		events.find((event) => event.error) ??
		events.findLast((event) => event.status) ??
		{};
	return error ?? status;
}

function finished(stream: NodeJS.ReadableStream) {
	return new Promise<{ error?: string; status?: string }[]>(
		(resolve, reject) => {
			docker.modem.followProgress(stream, (error, events) => {
				if (events.length > 0) resolve(events);
				else reject(error);
			});
		},
	);
}

test("the provider gives its jobs signed tokens for one audience", async () => {
	const token = await provider.tokenFor("acme-app", SNAPSHOTS);
	expect(decodeProtectedHeader(token)).toEqual({
		alg: "RS256",
		kid: "ci",
		typ: "at+jwt",
	});
	expect(decodeJwt(token)).toMatchObject({
		iss: provider.issuer,
		aud: SNAPSHOTS,
		sub: "acme-app",
		repository: "acme/app",
	});
});

describe("a CI job's token", () => {
	test("logs docker in and pushes at its tier", async () => {
		const token = await provider.tokenFor("acme-app", SNAPSHOTS);
		expect(await login(snapshots, token)).toBe("Login Succeeded");
		expect(await push(snapshots, "main-1-abcdef0", token)).toMatch(
			/^main-1-abcdef0: digest: sha256:[0-9a-f]{64} size: \d+$/,
		);
	});

	test("has the rights of CI there and no others", async () => {
		const token = await provider.tokenFor("acme-app", SNAPSHOTS);
		await push(snapshots, "main-2-abcdef0", token);
		expect(await push(snapshots, "main-2-abcdef0", token)).toMatch(
			/^denied: tag 'main-2-abcdef0' of team\/app already points to /,
		);
	});

	test("opens no other tier", async () => {
		const token = await provider.tokenFor("acme-app", SNAPSHOTS);
		expect(await login(tests, token)).toMatch(
			/unauthorized: the identity token opens nothing in ci-tests/,
		);
		expect(await push(tests, "run-1", token)).toMatch(/unauthorized/);
		const own = await provider.tokenFor("acme-app", TESTS);
		expect(await push(tests, "run-1", own)).toMatch(/^run-1: digest: sha256:/);
	});

	test("of somebody else's project opens nothing", async () => {
		const token = await provider.tokenFor("stranger-app", SNAPSHOTS);
		expect(await login(snapshots, token)).toMatch(/unauthorized/);
		expect(await push(snapshots, "main-3-abcdef0", token)).toMatch(
			/unauthorized/,
		);
	});

	test("works on while the provider is away", async () => {
		const token = await provider.tokenFor("acme-app", SNAPSHOTS);
		await provider.close();
		expect(await login(snapshots, token)).toBe("Login Succeeded");
		expect(await push(snapshots, "main-4-abcdef0", token)).toMatch(
			/^main-4-abcdef0: digest: sha256:/,
		);
	});
});
