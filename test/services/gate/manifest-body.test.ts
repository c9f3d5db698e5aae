import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { digestOf } from "./fake-registry.ts";
import { startFixture } from "./gate-fixture.ts";
import { errorOf, put, TAG, writes } from "./manifest-requests.ts";
import {
	descriptor,
	image,
	index,
	OCI_INDEX,
	OCI_MANIFEST,
} from "./manifests.ts";

describe("the body", () => {
	test("has to have the digest of the path", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, image("a"), { reference: digestOf("b") });
		expect(answer.status).toBe(400);
		expect(errorOf(answer)).toEqual({
			code: "DIGEST_INVALID",
			message: `the manifest's digest is ${digestOf(image("a"))}: expected ${digestOf("b")}, as the path says`,
		});
		expect(fixture.registry.seen).toEqual([]);
	});

	test("has to be a manifest of the type its header says", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, image("a"), { type: OCI_INDEX });
		expect(answer.status).toBe(400);
		expect(errorOf(answer).code).toBe("MANIFEST_INVALID");
		expect(fixture.registry.seen).toEqual([]);
	});

	const LIMIT = 4 * 1024 * 1024;
	test("may have 4 MiB", async () => {
		const fixture = await startFixture();
		const bare = image("a").length;
		const body = image("a").padEnd(LIMIT, " ");
		expect(body.length - bare).toBeGreaterThan(0);
		expect((await put(fixture, body)).status).toBe(201);
	});

	test("may not have a byte more, announced or not", async () => {
		const fixture = await startFixture();
		const body = image("a").padEnd(LIMIT + 1, " ");
		for (const chunked of [{}, { "Transfer-Encoding": "chunked" }]) {
			const answer = await fixture.send({
				method: "PUT",
				target: `/v2/team/app/manifests/${TAG}`,
				headers: {
					"Content-Type": OCI_MANIFEST,
					Authorization: `Bearer ${fixture.token("ci", ["pull", "push"])}`,
					...chunked,
				},
				body,
			});
			expect(answer.status).toBe(413);
			expect(errorOf(answer)).toEqual({
				code: "MANIFEST_INVALID",
				message: "the body is too large: expected at most 4194304 bytes",
			});
		}
		expect(fixture.registry.seen).toEqual([]);
	});
});

describe("required labels", () => {
	const requiredLabels = ["team", "revision"];
	const configuration = (labels: Record<string, string>) =>
		JSON.stringify({ config: { Labels: labels } });
	const withConfig = (text: string, more: Record<string, unknown> = {}) =>
		image("a", {
			config: descriptor(text, "application/vnd.oci.image.config.v1+json"),
			...more,
		});

	test("may be annotations or labels of the configuration", async () => {
		const fixture = await startFixture({ requiredLabels });
		const text = configuration({ revision: "abc" });
		fixture.registry.blobs.set(digestOf(text), Buffer.from(text));
		const body = withConfig(text, { annotations: { team: "x" } });
		expect((await put(fixture, body)).status).toBe(201);
	});

	test("that are missing are named", async () => {
		const fixture = await startFixture({ requiredLabels });
		const text = configuration({});
		fixture.registry.blobs.set(digestOf(text), Buffer.from(text));
		const answer = await put(fixture, withConfig(text));
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toEqual({
			code: "DENIED",
			message:
				"the image lacks the label team, revision, which ci-snapshots requires: build with --label team=…",
		});
		expect(writes(fixture)).toEqual([]);
	});

	test("are asked of a manifest without a tag too", async () => {
		const fixture = await startFixture({ requiredLabels });
		const text = configuration({});
		fixture.registry.blobs.set(digestOf(text), Buffer.from(text));
		const body = withConfig(text);
		const answer = await put(fixture, body, { reference: digestOf(body) });
		expect(answer.status).toBe(403);
	});

	test("cannot be looked up in a configuration that was not pushed", async () => {
		const fixture = await startFixture({ requiredLabels });
		const answer = await put(fixture, withConfig("{}"));
		expect(answer.status).toBe(400);
		expect(errorOf(answer).code).toBe("MANIFEST_BLOB_UNKNOWN");
		expect(writes(fixture)).toEqual([]);
	});

	test("are found in a configuration the registry keeps elsewhere, which gets no token", async () => {
		const fixture = await startFixture({ requiredLabels });
		const text = configuration({ team: "x", revision: "abc" });
		const seen: IncomingMessage[] = [];
		const storage = createServer((request, response) => {
			seen.push(request);
			response.end(text);
		});
		await new Promise<void>((resolve) => storage.listen(0, resolve));
		onTestFinished(() => {
			storage.close();
		});
		const { port } = storage.address() as AddressInfo;
		fixture.registry.storage = `http://127.0.0.1:${port}/blob?signature=x`;
		expect((await put(fixture, withConfig(text))).status).toBe(201);
		expect(
			seen.map(({ url, headers }) => [url, headers.authorization]),
		).toEqual([["/blob?signature=x", undefined]]);
	});

	test("are not believed of a configuration with another digest", async () => {
		const fixture = await startFixture({ requiredLabels });
		const text = configuration({ team: "x", revision: "abc" });
		fixture.registry.blobs.set(digestOf("{}"), Buffer.from(text));
		expect((await put(fixture, withConfig("{}"))).status).toBe(503);
		expect(writes(fixture)).toEqual([]);
	});

	test("are not looked for in a configuration of more than 4 MiB", async () => {
		const fixture = await startFixture({ requiredLabels });
		const config = { ...descriptor("{}", "x/y"), size: 4 * 1024 * 1024 + 1 };
		const answer = await put(fixture, image("a", { config }));
		expect(errorOf(answer).code).toBe("MANIFEST_INVALID");
		expect(fixture.registry.seen).toEqual([]);
	});

	test("are not looked for in one that says it is smaller", async () => {
		const fixture = await startFixture({ requiredLabels });
		const text = configuration({ team: "x", revision: "y" }).padEnd(
			4 * 1024 * 1024 + 1,
		);
		fixture.registry.blobs.set(digestOf(text), Buffer.from(text));
		const config = { digest: digestOf(text), size: 2, mediaType: "x/y" };
		expect((await put(fixture, image("a", { config }))).status).toBe(503);
		expect(writes(fixture)).toEqual([]);
	});

	test("are not asked of an index", async () => {
		const fixture = await startFixture({ requiredLabels });
		const { status } = await put(fixture, index(), { type: OCI_INDEX });
		expect(status).toBe(201);
	});
});
