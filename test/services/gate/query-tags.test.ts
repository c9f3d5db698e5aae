import { describe, expect, test } from "vitest";
import { digestOf } from "./fake-registry.ts";
import { startFixture } from "./gate-fixture.ts";
import { errorOf, put, writes } from "./manifest-requests.ts";
import { image } from "./manifests.ts";

describe("tags in the query of a PUT by digest", () => {
	const body = image("a");
	const reference = digestOf(body);

	test("are created one by one, because the registry ignores them", async () => {
		const fixture = await startFixture();
		const query = "?tag=main-1-abcdef0&tag=main-2-abcdef0";
		const answer = await put(fixture, body, { reference, query });
		expect(answer.status).toBe(201);
		expect(answer.headers["docker-content-digest"]).toBe(reference);
		const lines = answer.rawHeaders.filter(
			(_, i, all) => all[i - 1]?.toLowerCase() === "oci-tag",
		);
		expect(lines).toEqual(["main-1-abcdef0", "main-2-abcdef0"]);
		expect(writes(fixture)).toEqual([
			`PUT /v2/team/app/manifests/${reference}`,
			"PUT /v2/team/app/manifests/main-1-abcdef0",
			"PUT /v2/team/app/manifests/main-2-abcdef0",
		]);
	});

	test("are all refused when one of them is not accepted", async () => {
		const fixture = await startFixture();
		const query = "?tag=main-1-abcdef0&tag=latest";
		const answer = await put(fixture, body, { reference, query });
		expect(errorOf(answer).message).toContain("tag 'latest' is not accepted");
		expect(fixture.registry.seen).toEqual([]);
	});

	test("are all refused when one of them points elsewhere", async () => {
		const fixture = await startFixture();
		await put(fixture, image("b"), { reference: "main-2-abcdef0" });
		const query = "?tag=main-1-abcdef0&tag=main-2-abcdef0";
		const answer = await put(fixture, body, { reference, query });
		expect(answer.status).toBe(403);
		expect(errorOf(answer).message).toContain(
			"tag 'main-2-abcdef0' of team/app already points to",
		);
		expect([...fixture.registry.tags.keys()]).toEqual([
			"team/app:main-2-abcdef0",
		]);
	});

	test("that exist at the same digest are not written again", async () => {
		const fixture = await startFixture();
		await put(fixture, body, { reference: "main-1-abcdef0" });
		const query = "?tag=main-1-abcdef0";
		const answer = await put(fixture, body, { reference, query });
		expect(answer.status).toBe(201);
		expect(answer.headers["oci-tag"]).toBe("main-1-abcdef0");
		expect(writes(fixture).at(-1)).toBe(
			`PUT /v2/team/app/manifests/${reference}`,
		);
	});

	test("may not be fallback tags, which have to be merged", async () => {
		const fixture = await startFixture();
		const tag = digestOf("x").replace(":", "-");
		const answer = await put(fixture, body, {
			reference,
			query: `?tag=${tag}`,
		});
		expect(errorOf(answer).message).toBe(
			`tag '${tag}' cannot be set by a query: push it by itself, so that what is under it is kept`,
		);
		expect(fixture.registry.seen).toEqual([]);
	});

	test("are not created when the registry does not take the manifest", async () => {
		const fixture = await startFixture();
		fixture.registry.refusePut = (reference) => reference.includes(":");
		const query = "?tag=main-1-abcdef0";
		const answer = await put(fixture, body, { reference, query });
		expect(answer.status).toBe(400);
		expect(answer.headers["oci-tag"]).toBeUndefined();
		expect(fixture.registry.tags.size).toBe(0);
	});

	test("are not confirmed when the registry does not take one of them", async () => {
		const fixture = await startFixture();
		fixture.registry.refusePut = (tag) => tag === "main-2-abcdef0";
		const query = "?tag=main-1-abcdef0&tag=main-2-abcdef0&tag=main-3-abcdef0";
		const answer = await put(fixture, body, { reference, query });
		expect(answer.status).toBe(400);
		expect(answer.headers["oci-tag"]).toBeUndefined();
		expect([...fixture.registry.tags.keys()]).toEqual([
			"team/app:main-1-abcdef0",
		]);
	});

	test("are refused beside a tag", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, body, { query: "?tag=main-2-abcdef0" });
		expect(answer.status).toBe(400);
		expect(errorOf(answer).code).toBe("TAG_INVALID");
		expect(fixture.registry.seen).toEqual([]);
	});
});
