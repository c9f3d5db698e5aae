import { describe, expect, test } from "vitest";
import { digestOf } from "./fake-registry.ts";
import { type Fixture, startFixture } from "./gate-fixture.ts";
import { errorOf, put, writes } from "./manifest-requests.ts";
import { descriptor, image, index, OCI_INDEX } from "./manifests.ts";

describe("a referrers tag", () => {
	const reference = digestOf("subject").replace(":", "-");
	const type = OCI_INDEX;

	/** Two clients each attach something to the same manifest, starting from the same empty list. */
	async function afterFirst() {
		const fixture = await startFixture();
		const push = (text: string) =>
			put(fixture, text, { reference: digestOf(text) });
		await push(image("first"));
		await push(image("second"));
		await put(fixture, index(image("first")), { reference, type });
		return fixture;
	}
	const listed = ({ registry }: Fixture) => {
		const digest = registry.tags.get(`team/app:${reference}`);
		const { body } = registry.manifests.get(`team/app@${digest}`) ?? {};
		return JSON.parse(String(body)).manifests.map(
			(m: { digest: string }) => m.digest,
		);
	};

	test("keeps what another client added in the meantime", async () => {
		const fixture = await afterFirst();
		const answer = await put(fixture, index(image("second")), {
			reference,
			type,
		});
		expect(answer.status).toBe(201);
		expect(listed(fixture)).toEqual([
			digestOf(image("first")),
			digestOf(image("second")),
		]);
		expect(answer.headers["docker-content-digest"]).toBeUndefined();
		const stored = fixture.log.at(-1)?.storedDigest;
		expect(stored).toBe(fixture.registry.tags.get(`team/app:${reference}`));
	});

	test("stores a list that contains all there is byte by byte", async () => {
		const fixture = await afterFirst();
		const body = index(image("second"), image("first"));
		const answer = await put(fixture, body, { reference, type });
		expect(answer.headers["docker-content-digest"]).toBe(digestOf(body));
		expect(fixture.registry.tags.get(`team/app:${reference}`)).toBe(
			digestOf(body),
		);
	});

	test("keeps the annotations of the list that was sent", async () => {
		const fixture = await afterFirst();
		const sent = JSON.parse(index(image("second")));
		const body = JSON.stringify({ ...sent, annotations: { a: "b" } });
		await put(fixture, body, { reference, type });
		const stored = JSON.parse(String(fixture.registry.seen.at(-1)?.body));
		expect(stored.annotations).toEqual({ a: "b" });
		expect(stored.manifests).toHaveLength(2);
	});

	test("drops what is no longer there, which the registry would refuse", async () => {
		const fixture = await afterFirst();
		fixture.registry.manifests.delete(`team/app@${digestOf(image("first"))}`);
		const body = index(image("second"));
		const answer = await put(fixture, body, { reference, type });
		expect(answer.headers["docker-content-digest"]).toBe(digestOf(body));
		expect(listed(fixture)).toEqual([digestOf(image("second"))]);
	});

	test("loses nothing to many clients at once", async () => {
		const fixture = await startFixture();
		const texts = ["1", "2", "3", "4", "5", "6"].map((layer) => image(layer));
		await Promise.all(
			texts.map((text) => put(fixture, text, { reference: digestOf(text) })),
		);
		await Promise.all(
			texts.map((text) => put(fixture, index(text), { reference, type })),
		);
		expect(listed(fixture).sort()).toEqual(texts.map(digestOf).sort());
	});

	test("lists no more than fits into a manifest", async () => {
		const fixture = await afterFirst();
		const large = (text: string) => {
			const sent = JSON.parse(index(text));
			sent.manifests[0].annotations = { a: "x".repeat(2_500_000) };
			return JSON.stringify(sent);
		};
		await put(fixture, large(image("first")), { reference, type });
		const before = writes(fixture).length;
		const answer = await put(fixture, large(image("second")), {
			reference,
			type,
		});
		expect(answer.status).toBe(413);
		expect(errorOf(answer)).toEqual({
			code: "MANIFEST_INVALID",
			message: `tag '${reference}' would list more referrers than fit into 4194304 bytes: delete some`,
		});
		expect(writes(fixture)).toHaveLength(before);
	});

	test("is for an index", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, image("a"), { reference });
		expect(answer.status).toBe(403);
		expect(errorOf(answer).message).toBe(
			`tag '${reference}' is for the referrers of a manifest: expected an image index; push images under another tag`,
		);
	});

	test("that holds an image is not written over", async () => {
		const fixture = await afterFirst();
		fixture.registry.tags.set(
			`team/app:${reference}`,
			digestOf(image("first")),
		);
		const answer = await put(fixture, index(image("second")), {
			reference,
			type,
		});
		expect(answer.status).toBe(403);
		expect(errorOf(answer).message).toBe(
			`tag '${reference}' holds an image and no list of referrers: delete the tag and retry`,
		);
	});
});

describe.each(["sig", "att", "sbom"])("a .%s tag", (suffix) => {
	const reference = `${digestOf("subject").replace(":", "-")}.${suffix}`;
	const layers = (...texts: string[]) => ({
		layers: texts.map((text) => descriptor(text, "text/plain")),
	});

	test("may be written over with all its layers and more", async () => {
		const fixture = await startFixture();
		await put(fixture, image("", layers("a", "b")), { reference });
		const more = image("", layers("b", "a", "c"));
		const answer = await put(fixture, more, { reference });
		expect(answer.status).toBe(201);
		expect(answer.headers["docker-content-digest"]).toBe(digestOf(more));
	});

	test("may not lose a layer", async () => {
		const fixture = await startFixture();
		await put(fixture, image("", layers("a", "b")), { reference });
		const answer = await put(fixture, image("", layers("b", "c")), {
			reference,
		});
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toEqual({
			code: "DENIED",
			message: `tag '${reference}' has 1 layers that this manifest lacks (first ${digestOf("a")}): pull again and retry`,
		});
	});

	test("holds no index", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, index(), { reference, type: OCI_INDEX });
		expect(answer.status).toBe(403);
	});
});
