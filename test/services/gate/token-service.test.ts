import { createLocalJWKSet, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { publicJwk } from "../../../topology/signing-key.ts";
import { account, basic, PASSWORD, startFixture } from "./gate-fixture.ts";

const SERVICE = "service=ci-snapshots.test";
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** The claims of an answer's token, verified as a registry would. */
async function claimsOf(seed: string, body: string) {
	const { payload } = await jwtVerify<{ access: unknown }>(
		JSON.parse(body).token,
		createLocalJWKSet({ keys: [publicJwk(seed)] }),
		{
			algorithms: ["EdDSA"],
			issuer: "gate.ci-snapshots.test",
			audience: "ci-snapshots.test",
			typ: "JWT",
		},
	);
	return payload;
}

describe("GET /auth/token", () => {
	test("gives a principal a token with what it asks for and holds", async () => {
		const { send, seed } = await startFixture();
		const { status, headers, body } = await send({
			target: `/auth/token?${SERVICE}&account=ci&client_id=docker&offline_token=true&scope=repository:team/app:pull,push&scope=repository:team/b:pull%20repository:team/c:delete`,
			headers: basic("ci"),
		});
		expect(status).toBe(200);
		expect(headers["cache-control"]).toBe("no-store");
		expect(headers["content-type"]).toBe("application/json");
		const { token, issued_at, ...rest } = JSON.parse(body);
		expect(rest).toEqual({
			access_token: token,
			token_type: "Bearer",
			expires_in: 300,
			scope: "repository:team/app:pull,push repository:team/b:pull",
		});
		const claims = await claimsOf(seed, body);
		expect(claims.sub).toBe("ci");
		expect(claims.access).toEqual([
			{ type: "repository", name: "team/app", actions: ["pull", "push"] },
			{ type: "repository", name: "team/b", actions: ["pull"] },
		]);
		expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
		expect(claims.nbf).toBe(claims.iat);
		expect(new Date(issued_at).getTime()).toBe((claims.iat ?? 0) * 1000);
	});

	test("answers a login, which asks for nothing, with a token for nothing", async () => {
		const { send, seed } = await startFixture();
		const { status, body } = await send({
			target: `/auth/token?${SERVICE}`,
			headers: basic("developer"),
		});
		expect(status).toBe(200);
		expect((await claimsOf(seed, body)).access).toEqual([]);
	});

	test("gives anonymous clients a token with an empty subject and what is open", async () => {
		const { send, seed } = await startFixture({
			grants: { anonymous: ["pull"] },
		});
		const { status, body } = await send({
			target: `/auth/token?${SERVICE}&scope=repository:team/app:pull,push`,
		});
		expect(status).toBe(200);
		const { sub, access } = await claimsOf(seed, body);
		expect(sub).toBe("");
		expect(access).toEqual([
			{ type: "repository", name: "team/app", actions: ["pull"] },
		]);
	});

	test("answers fewer actions than asked with 200, down to none", async () => {
		const { send, seed } = await startFixture();
		const { status, body } = await send({
			target: `/auth/token?${SERVICE}&scope=repository:team/app:push`,
			headers: basic("developer"),
		});
		expect(status).toBe(200);
		expect((await claimsOf(seed, body)).access).toEqual([]);
	});

	test.each([
		["a wrong password", basic("ci", "wrong")],
		["an unknown user", basic("nobody")],
		["the principal of anonymous clients", basic("anonymous")],
		["another scheme", { Authorization: "Bearer abc" }],
		["no colon", { Authorization: "Basic YWJj" }],
		["no base64", { Authorization: "Basic %%%" }],
	])(
		"answers %s with 401 in the words of OCI and of OAuth",
		async (_, headers) => {
			const { send } = await startFixture();
			const answer = await send({ target: `/auth/token?${SERVICE}`, headers });
			expect(answer.status).toBe(401);
			expect(answer.headers["www-authenticate"]).toBe(
				'Basic realm="ci-snapshots.test"',
			);
			const { errors, error, error_description } = JSON.parse(answer.body);
			expect(errors).toEqual([
				{ code: "UNAUTHORIZED", message: error_description, detail: null },
			]);
			expect(error).toBe("invalid_grant");
		},
	);

	test("says so when the header is not one of Basic authentication", async () => {
		const { send } = await startFixture();
		const { body } = await send({
			target: `/auth/token?${SERVICE}`,
			headers: { Authorization: "Basic YWJj" },
		});
		expect(JSON.parse(body).error_description).toBe(
			"the Authorization header is not one of Basic authentication",
		);
	});

	test("takes everything after the first colon for the password", async () => {
		const { send } = await startFixture({ accounts: [account("ci", "a:b:c")] });
		const { status } = await send({
			target: `/auth/token?${SERVICE}`,
			headers: basic("ci", "a:b:c"),
		});
		expect(status).toBe(200);
	});

	test("does not take the password of another registry's account", async () => {
		const { send } = await startFixture({
			accounts: [account("ci", PASSWORD, "ci-tests")],
		});
		const { status } = await send({
			target: `/auth/token?${SERVICE}`,
			headers: basic("ci"),
		});
		expect(status).toBe(401);
	});

	test.each([
		[
			"service=prod.test",
			"service is 'prod.test': expected 'ci-snapshots.test', as the challenge says",
		],
		["", "service is '': expected 'ci-snapshots.test', as the challenge says"],
	])("refuses the service in '%s'", async (query, message) => {
		const { send } = await startFixture();
		const { status, body } = await send({
			target: `/auth/token?${query}`,
			headers: basic("ci"),
		});
		expect(status).toBe(400);
		expect(JSON.parse(body)).toEqual({
			errors: [{ code: "UNSUPPORTED", message, detail: null }],
			error: "invalid_request",
			error_description: message,
		});
	});

	test("refuses a 65th scope", async () => {
		const { send } = await startFixture();
		const scopes = Array.from({ length: 65 }, () => "scope=repository:a:pull");
		const { status, body } = await send({
			target: `/auth/token?${SERVICE}&${scopes.join("&")}`,
		});
		expect(status).toBe(400);
		expect(JSON.parse(body).error).toBe("invalid_scope");
	});
});

describe("POST /auth/token", () => {
	test("gives a token for a user name and a password, and no refresh token", async () => {
		const { send, seed } = await startFixture();
		const { status, body } = await send({
			method: "POST",
			target: "/auth/token",
			headers: FORM,
			body: new URLSearchParams({
				grant_type: "password",
				service: "ci-snapshots.test",
				client_id: "containerd-client",
				access_type: "offline",
				username: "ci",
				password: PASSWORD,
				scope: "repository:team/app:pull,push repository:team/b:pull",
			}).toString(),
		});
		expect(status).toBe(200);
		expect(Object.keys(JSON.parse(body)).sort()).toEqual([
			"access_token",
			"expires_in",
			"issued_at",
			"scope",
			"token",
			"token_type",
		]);
		expect((await claimsOf(seed, body)).sub).toBe("ci");
	});

	// containerd falls back to GET on 400, 401 and 404 and on nothing else.
	test.each([
		["grant_type=refresh_token&refresh_token=x", 400, "unsupported_grant_type"],
		["grant_type=", 400, "unsupported_grant_type"],
		['{"grant_type":"password"}', 400, "unsupported_grant_type"],
		["grant_type=password&username=ci&password=x", 400, "invalid_request"],
		[`grant_type=password&${SERVICE}&username=ci`, 400, "invalid_request"],
		[
			`grant_type=password&${SERVICE}&username=ci&password=x`,
			401,
			"invalid_grant",
		],
		["x".repeat(128 * 1024 + 1), 400, "invalid_request"],
	])("answers a form like '%.50s' with %i", async (body, status, error) => {
		const { send } = await startFixture();
		const answer = await send({
			method: "POST",
			target: "/auth/token",
			headers: FORM,
			body,
		});
		expect(answer.status).toBe(status);
		expect(JSON.parse(answer.body).error).toBe(error);
	});
});
