import { describe, expect, test } from "vitest";
import { digestOf } from "./fake-registry.ts";
import { type Fixture, startFixture } from "./gate-fixture.ts";
import { errorOf, put, TAG, writes } from "./manifest-requests.ts";
import { image, OCI_MANIFEST } from "./manifests.ts";

describe("a PUT that breaks no rule", () => {
	test("reaches the registry with the client's token, host and bytes, and nothing else", async () => {
		const fixture = await startFixture();
		const body = image("a");
		const bearer = fixture.token("ci", ["pull", "push"]);
		const answer = await fixture.send({
			method: "PUT",
			target: `/v2/team/app/manifests/${TAG}?ns=x`,
			headers: {
				"Content-Type": `${OCI_MANIFEST}; charset=utf-8`,
				"User-Agent": "docker/28",
				"X-Anything": "x",
				Cookie: "x",
				Authorization: `Bearer ${bearer}`,
			},
			body,
		});
		expect(answer.status).toBe(201);
		expect(answer.headers["docker-content-digest"]).toBe(digestOf(body));
		expect(answer.headers.location).toBe(
			`http://registry.example:8443/v2/team/app/manifests/${digestOf(body)}`,
		);
		expect(answer.headers["docker-distribution-api-version"]).toBe(
			"registry/2.0",
		);
		expect(answer.headers["x-powered-by"]).toBeUndefined();
		const sent = fixture.registry.seen.at(-1);
		expect(sent?.target).toBe(`/v2/team/app/manifests/${TAG}`);
		expect(sent?.body.toString()).toBe(body);
		expect(sent?.headers).toEqual({
			host: "registry.example:8443",
			"x-forwarded-proto": "https",
			"user-agent": "docker/28",
			authorization: `Bearer ${bearer}`,
			"content-type": OCI_MANIFEST,
			"content-length": String(body.length),
			connection: "keep-alive",
		});
	});

	test("may spell the scheme of its token in any case", async () => {
		const { send, token } = await startFixture();
		const { status } = await send({
			method: "PUT",
			target: `/v2/team/app/manifests/${TAG}`,
			headers: {
				"Content-Type": OCI_MANIFEST,
				Authorization: `bearer ${token("ci", ["pull", "push"])}`,
			},
			body: image("a"),
		});
		expect(status).toBe(201);
	});

	test("may name a digest in place of a tag", async () => {
		const fixture = await startFixture();
		const digest = digestOf(image("a"));
		const { status } = await put(fixture, image("a"), { reference: digest });
		expect(status).toBe(201);
		expect(fixture.registry.tags.size).toBe(0);
		expect(writes(fixture)).toEqual([`PUT /v2/team/app/manifests/${digest}`]);
	});
});

describe("without the right to push", () => {
	test("a client without a token gets the registry's challenge with its own host in it", async () => {
		const { send, registry } = await startFixture();
		const answer = await send({
			method: "PUT",
			target: `/v2/team/app/manifests/${TAG}`,
			body: image("a"),
		});
		expect(answer.status).toBe(401);
		expect(answer.headers["www-authenticate"]).toBe(
			'Bearer realm="https://registry.example:8443/auth/token",service="s",scope="repository:team/app:x"',
		);
		expect(registry.seen.map(({ body }) => body.length)).toEqual([0]);
	});

	test("of a registry nobody pushes to, a client is told how images get there", async () => {
		const fixture = await startFixture({
			readOnlyReason: "images get here by promotion alone",
		});
		const answer = await fixture.send({
			method: "PUT",
			target: `/v2/team/app/manifests/${TAG}`,
			body: image("a"),
			headers: {
				authorization: `Bearer ${fixture.token("ci", ["pull"])}`,
			},
		});
		expect(answer.status).toBe(403);
		expect(JSON.parse(answer.body).errors[0].message).toBe(
			"nobody pushes to ci-snapshots: images get here by promotion alone",
		);
		expect(fixture.registry.seen).toEqual([]);
	});

	test.each([
		["a token the gate did not mint", () => "a.b.c", "invalid_token"],
		[
			"an expired token",
			(f: Fixture) => f.token("ci", ["pull", "push"], "team/app", 361),
			"invalid_token",
		],
		[
			"a token without push",
			(f: Fixture) => f.token("ci", ["pull", "delete"]),
			"insufficient_scope",
		],
		[
			"a token for another repository",
			(f: Fixture) => f.token("ci", ["pull", "push"], "team/ap"),
			"insufficient_scope",
		],
		[
			"a token of a principal that only pulls",
			(f: Fixture) => f.token("developer", ["pull"]),
			"insufficient_scope",
		],
	])(
		"%s gets the challenge with the reason and never reaches the registry",
		async (_, tokenOf, error) => {
			const fixture = await startFixture();
			const answer = await put(fixture, image("a"), {
				token: tokenOf(fixture),
			});
			expect(answer.status).toBe(401);
			expect(answer.headers["www-authenticate"]).toBe(
				`Bearer realm="https://registry.example:8443/auth/token",service="s",scope="repository:team/app:x",error="${error}"`,
			);
			expect(
				fixture.registry.seen.map(({ headers, body }) => [
					headers.authorization,
					body.length,
				]),
			).toEqual([[undefined, 0]]);
		},
	);

	test("a token that outlives its principal's right is refused", async () => {
		const fixture = await startFixture();
		const token = fixture.token("developer", ["pull", "push"]);
		const answer = await put(fixture, image("a"), { token });
		expect(answer.status).toBe(403);
		expect(errorOf(answer).message).toBe(
			"developer may not push to ci-snapshots",
		);
		expect(fixture.registry.seen).toEqual([]);
	});
});

describe("DELETE", () => {
	const remove = (
		{ send, token }: Fixture,
		actions: string[],
		reference = TAG,
		subject = "cleaner",
	) =>
		send({
			method: "DELETE",
			target: `/v2/team/app/manifests/${reference}?x=y`,
			headers: { Authorization: `Bearer ${token(subject, actions)}` },
		});

	test.each([TAG, digestOf(image("a"))])(
		"of %s is passed on with the right to delete",
		async (reference) => {
			const fixture = await startFixture();
			await put(fixture, image("a"));
			const { status } = await remove(fixture, ["delete"], reference);
			expect(status).toBe(202);
			expect(writes(fixture).at(-1)).toBe(
				`DELETE /v2/team/app/manifests/${reference}`,
			);
		},
	);

	test("without the right to delete gets the challenge", async () => {
		const fixture = await startFixture();
		await put(fixture, image("a"));
		const { status, headers } = await remove(fixture, ["pull", "push"]);
		expect(status).toBe(401);
		expect(headers["www-authenticate"]).toContain('error="insufficient_scope"');
		expect(fixture.registry.tags.size).toBe(1);
	});

	test("with a token that outlives its principal's right is refused", async () => {
		const fixture = await startFixture();
		await put(fixture, image("a"));
		const answer = await remove(fixture, ["delete"], TAG, "ci");
		expect(answer.status).toBe(403);
		expect(errorOf(answer).message).toBe("ci may not delete in ci-snapshots");
		expect(fixture.registry.tags.size).toBe(1);
	});

	test("and a write to the same repository wait for each other", async () => {
		const fixture = await startFixture();
		await put(fixture, image("a"));
		const held = Promise.withResolvers<void>();
		const asked = Promise.withResolvers<void>();
		fixture.registry.beforeAnswer = () => {
			fixture.registry.beforeAnswer = async () => {};
			asked.resolve();
			return held.promise;
		};
		const removed = remove(fixture, ["delete"]);
		await asked.promise;
		const next = put(fixture, image("b"));
		await put(fixture, image("b"), { name: "team/other" });
		expect(writes(fixture)).toEqual([
			`PUT /v2/team/app/manifests/${TAG}`,
			`PUT /v2/team/other/manifests/${TAG}`,
		]);
		held.resolve();
		expect([(await removed).status, (await next).status]).toEqual([202, 201]);
	});

	test("passes on what the registry answers", async () => {
		const fixture = await startFixture();
		fixture.registry.failWith = 405;
		expect((await remove(fixture, ["delete"])).status).toBe(405);
	});
});
