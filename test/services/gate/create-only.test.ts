import { describe, expect, test } from "vitest";
import { digestOf } from "./fake-registry.ts";
import { startFixture } from "./gate-fixture.ts";
import { errorOf, MOVING, put, TAG, writes } from "./manifest-requests.ts";
import { image, OCI_MANIFEST } from "./manifests.ts";

describe("create-only tags", () => {
	test("are created once", async () => {
		const fixture = await startFixture();
		expect((await put(fixture, image("a"))).status).toBe(201);
		const other = await put(fixture, image("b"));
		expect(other.status).toBe(403);
		expect(errorOf(other)).toEqual({
			code: "DENIED",
			message: `tag '${TAG}' of team/app already points to ${digestOf(image("a"))} and tags in ci-snapshots never move: push under a new tag`,
		});
		expect(fixture.registry.tags.get(`team/app:${TAG}`)).toBe(
			digestOf(image("a")),
		);
	});

	test("take the same manifest again without writing it", async () => {
		const fixture = await startFixture();
		await put(fixture, image("a"));
		const again = await put(fixture, image("a"));
		expect(again.status).toBe(201);
		expect(again.headers["docker-content-digest"]).toBe(digestOf(image("a")));
		expect(again.headers.location).toBe(
			`/v2/team/app/manifests/${digestOf(image("a"))}`,
		);
		expect(writes(fixture)).toEqual([`PUT /v2/team/app/manifests/${TAG}`]);
	});

	test("are read with a token of the gate that may pull that repository and no more", async () => {
		const fixture = await startFixture();
		await put(fixture, image("a"));
		const [read] = fixture.registry.seen;
		expect(read?.method).toBe("HEAD");
		const payload = read?.headers.authorization?.split(".")[1] ?? "";
		const { sub, exp, iat, access } = JSON.parse(
			Buffer.from(payload, "base64url").toString(),
		);
		expect({ sub, lifetime: exp - iat, access }).toEqual({
			sub: "gate",
			lifetime: 60,
			access: [{ type: "repository", name: "team/app", actions: ["pull"] }],
		});
	});

	test("hold for a principal that may not move tags where others may", async () => {
		const fixture = await startFixture({ createOnlyTags: false });
		await put(fixture, image("a"));
		expect(errorOf(await put(fixture, image("b"))).message).toBe(
			`tag '${TAG}' of team/app already points to ${digestOf(image("a"))} and you may not move tags in ci-snapshots: push under a new tag`,
		);
	});

	test("hold even for a principal with the right to move tags", async () => {
		const fixture = await startFixture({
			grants: { ci: ["pull", "create", "retag"] },
		});
		await put(fixture, image("a"));
		expect((await put(fixture, image("b"))).status).toBe(403);
	});

	test("let exactly one of many simultaneous pushes through", async () => {
		const fixture = await startFixture();
		fixture.registry.beforeAnswer = () => new Promise((r) => setTimeout(r, 5));
		const bodies = ["a", "b", "c", "d", "e"].map((layer) => image(layer));
		const answers = await Promise.all(bodies.map((body) => put(fixture, body)));
		const statuses = answers.map(({ status }) => status).sort();
		expect(statuses).toEqual([201, 403, 403, 403, 403]);
		expect(writes(fixture)).toHaveLength(1);
	});

	test("of different repositories do not wait for each other", async () => {
		const fixture = await startFixture();
		const bothAsked = Promise.withResolvers<void>();
		let asked = 0;
		fixture.registry.beforeAnswer = () => {
			asked += 1;
			if (asked === 2) bothAsked.resolve();
			return bothAsked.promise;
		};
		const answers = await Promise.all([
			put(fixture, image("a"), { name: "team/a" }),
			put(fixture, image("a"), { name: "team/b" }),
		]);
		expect(answers.map(({ status }) => status)).toEqual([201, 201]);
	});
});

test("a moving tag is written without a look at what it points to", async () => {
	const fixture = await startFixture(MOVING);
	await put(fixture, image("a"), { reference: "latest" });
	expect((await put(fixture, image("b"), { reference: "latest" })).status).toBe(
		201,
	);
	expect(fixture.registry.tags.get("team/app:latest")).toBe(
		digestOf(image("b")),
	);
	expect(fixture.registry.seen.map(({ method }) => method)).toEqual([
		"PUT",
		"PUT",
	]);
});

test("a principal that may only move tags cannot create one", async () => {
	const fixture = await startFixture({ ...MOVING, grants: { ci: ["retag"] } });
	const answer = await put(fixture, image("a"), { reference: "latest" });
	expect(errorOf(answer).message).toBe(
		"tag 'latest' of team/app does not exist and you may only move tags in ci-snapshots",
	);
	fixture.registry.tags.set("team/app:latest", digestOf(image("b")));
	fixture.registry.manifests.set(`team/app@${digestOf(image("b"))}`, {
		type: OCI_MANIFEST,
		body: Buffer.from(image("b")),
	});
	expect((await put(fixture, image("a"), { reference: "latest" })).status).toBe(
		201,
	);
});
