import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import {
	basic,
	type Fixture,
	type FixtureOptions,
	startFixture,
} from "../gate-fixture.ts";
import { put } from "../manifest-requests.ts";
import { image } from "../manifests.ts";
import { startIssuer, type TestIssuer } from "./test-issuer.ts";

const SCOPE = "scope=repository:team/app:pull,push,delete";
const TARGET = `/auth/token?service=ci-snapshots.test&${SCOPE}`;

const login = ({ send }: Fixture, token: string, username = "oidc") =>
	send({ target: TARGET, headers: basic(username, token) });

async function startWith(
	issuer: TestIssuer,
	changes: Parameters<TestIssuer["identity"]>[0] = {},
	options: FixtureOptions = {},
) {
	return startFixture({ identities: [issuer.identity(changes)], ...options });
}

/** Status, message to the client and reason in the log of a login. */
async function outcomeOf(fixture: Fixture, token: string, username?: string) {
	const { status, body } = await login(fixture, token, username);
	return {
		status,
		message: JSON.parse(body).error_description,
		reason: fixture.log
			.at(-1)
			?.reason?.replace(/http:\/\/[\d.:]+/g, "<issuer>"),
	};
}

const REFUSED =
	"the identity token opens nothing in ci-snapshots: expected one for 'ci-snapshots.test' that meets the conditions of an identity; the gate's log says which it does not";

describe("a token of an issuer", () => {
	test("is the password of its principal, whatever the user name", async () => {
		const issuer = await startIssuer();
		const fixture = await startWith(issuer);
		const { status, body } = await login(fixture, await issuer.token());
		expect(status).toBe(200);
		const { sub, act, access } = decodeJwt(JSON.parse(body).token);
		expect({ sub, act, access }).toEqual({
			sub: "ci",
			act: { identity: "forge", sub: "repo:acme/app:ref:refs/heads/main" },
			access: [
				{ type: "repository", name: "team/app", actions: ["pull", "push"] },
			],
		});
	});

	test("is the password of the OAuth form too", async () => {
		const issuer = await startIssuer();
		const { send } = await startWith(issuer);
		const { status } = await send({
			method: "POST",
			target: "/auth/token",
			headers: { "Content-Type": "application/x-www-form-urlencoded" },
			body: new URLSearchParams({
				grant_type: "password",
				service: "ci-snapshots.test",
				username: "oidc",
				password: await issuer.token(),
			}).toString(),
		});
		expect(status).toBe(200);
	});

	test("is logged by principal, identity and subject, never itself", async () => {
		const issuer = await startIssuer();
		const fixture = await startWith(issuer);
		const token = await issuer.token();
		await login(fixture, token);
		await login(fixture, await issuer.token({ repository: "other/app" }));
		const [granted, refused] = fixture.log.slice(-2);
		expect(granted).toMatchObject({
			outcome: "allowed",
			principal: "ci",
			identity: "forge",
			subject: "repo:acme/app:ref:refs/heads/main",
		});
		expect(refused).toMatchObject({
			outcome: "refused",
			principal: "unknown",
			reason: "forge: its claim repository is 'other/app': expected acme/.*",
		});
		const log = JSON.stringify(fixture.log);
		for (const part of token.split(".")) expect(log).not.toContain(part);
	});

	test("is named with every manifest that is written with it", async () => {
		const issuer = await startIssuer();
		const fixture = await startWith(issuer);
		const { body } = await login(fixture, await issuer.token());
		const answer = await put(fixture, image("a"), {
			token: JSON.parse(body).token,
		});
		expect(answer.status).toBe(201);
		expect(fixture.log.at(-1)).toMatchObject({
			action: "put",
			principal: "ci",
			identity: "forge",
			subject: "repo:acme/app:ref:refs/heads/main",
		});
	});

	test("leaves static accounts as they are", async () => {
		const issuer = await startIssuer();
		const { send, log } = await startWith(issuer);
		const answer = await send({ target: TARGET, headers: basic("ci") });
		expect(answer.status).toBe(200);
		expect(log.at(-1)).not.toHaveProperty("identity");
	});

	test("is worth nothing where no identity is configured", async () => {
		const issuer = await startIssuer();
		const fixture = await startFixture();
		expect(await outcomeOf(fixture, await issuer.token())).toEqual({
			status: 401,
			message: REFUSED,
			reason: "the issuer '<issuer>' is not one of an identity here",
		});
		expect(issuer.asked).toEqual([]);
	});

	test("is worth nothing at a registry where its principal has no right", async () => {
		const issuer = await startIssuer();
		const fixture = await startWith(issuer, { principal: "promoter" });
		expect(await outcomeOf(fixture, await issuer.token())).toEqual({
			status: 401,
			message: REFUSED,
			reason: "the issuer '<issuer>' is not one of an identity here",
		});
	});
});

describe("while the issuer is away from the start", () => {
	test("the gate serves everybody else, and tokens once the issuer is there", async () => {
		const issuer = await startIssuer();
		issuer.respond = (request) => request.socket.destroy();
		let now = Date.now();
		const fixture = await startWith(issuer, {}, { now: () => now });
		const { status } = await fixture.send({
			target: TARGET,
			headers: basic("ci"),
		});
		expect(status).toBe(200);
		expect(await outcomeOf(fixture, await issuer.token())).toEqual({
			status: 401,
			message: REFUSED,
			reason: "forge: the issuer's keys are not known: other side closed",
		});
		expect(fixture.log).toContainEqual(
			expect.objectContaining({
				issuer: issuer.url,
				reason: "other side closed",
				msg: "the keys of an issuer cannot be had",
			}),
		);
		issuer.respond = null;
		now += 5_000;
		expect((await login(fixture, await issuer.token())).status).toBe(200);
	});
});

describe("of several identities of one issuer", () => {
	const both = (issuer: TestIssuer) =>
		startFixture({
			identities: [
				issuer.identity({
					name: "release",
					claims: { ref: "refs/heads/main", repository: "acme/.*" },
				}),
				issuer.identity({ name: "any-branch", principal: "developer" }),
			],
		});
	const principalOf = async (fixture: Fixture, token: string, user?: string) =>
		decodeJwt(JSON.parse((await login(fixture, token, user)).body).token).sub;

	test("the first whose conditions are met counts", async () => {
		const issuer = await startIssuer();
		const fixture = await both(issuer);
		const main = await issuer.token({ ref: "refs/heads/main" });
		const branch = await issuer.token({ ref: "refs/heads/x" });
		expect(await principalOf(fixture, main)).toBe("ci");
		expect(await principalOf(fixture, branch)).toBe("developer");
		// One for discovery and one for keys, for both.
		expect(issuer.asked).toHaveLength(2);
	});

	test("the one that the user name says counts alone", async () => {
		const issuer = await startIssuer();
		const fixture = await both(issuer);
		const main = await issuer.token({ ref: "refs/heads/main" });
		expect(await principalOf(fixture, main, "any-branch")).toBe("developer");
		const branch = await issuer.token({ ref: "refs/heads/x" });
		expect(await outcomeOf(fixture, branch, "release")).toEqual({
			status: 401,
			message: REFUSED,
			reason:
				"release: its claim ref is 'refs/heads/x': expected refs/heads/main",
		});
	});
});

describe("the audience", () => {
	test("is the tier's own, so that a token for one tier opens no other", async () => {
		const issuer = await startIssuer();
		const prod = await startWith(issuer, {}, { service: "prod.test" });
		const { status } = await prod.send({
			target: "/auth/token?service=prod.test",
			headers: basic("oidc", await issuer.token()),
		});
		expect(status).toBe(401);
		expect(prod.log.at(-1)?.reason).toBe(
			"forge: the token is for 'ci-snapshots.test': expected 'prod.test' alone",
		);
	});

	test.each([
		["https://ci-snapshots.test/", "https://{service}/"],
		["acme", "acme"],
	])("may be configured: '%s' for %s", async (aud, audience) => {
		const issuer = await startIssuer();
		const fixture = await startWith(issuer, { audience });
		const { status } = await login(fixture, await issuer.token({ aud }));
		expect(status).toBe(200);
		const own = await login(fixture, await issuer.token());
		expect(own.status).toBe(401);
	});

	test("may be the only one of a list, as Kubernetes writes it", async () => {
		const issuer = await startIssuer();
		const fixture = await startWith(issuer);
		const token = await issuer.token({ aud: ["ci-snapshots.test"] });
		expect((await login(fixture, token)).status).toBe(200);
	});
});
