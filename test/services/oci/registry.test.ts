import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProtocolError } from "../../../services/oci/errors.ts";
import { InvalidReferenceError } from "../../../services/oci/reference.ts";
import { Registry } from "../../../services/oci/registry.ts";
import { Transport } from "../../../services/oci/transport.ts";
import { content, reset, status } from "./faults.ts";
import { blob, image, push } from "./images.ts";
import { InstantClock } from "./instant-clock.ts";
import { RegistryServer } from "./registry-server.ts";

let server: RegistryServer;
let transport: Transport;
let registry: Registry;

beforeEach(async () => {
	server = await new RegistryServer().start();
	transport = new Transport({ clock: new InstantClock() });
	registry = new Registry({
		url: server.url,
		actions: ["push", "delete"],
		transport,
	});
});

afterEach(async () => {
	await transport.close();
	await server.stop();
});

const layer = blob("layer");
const app = image([layer]);
const expected = { digest: layer.digest, size: layer.bytes.byteLength };

async function all(names: AsyncIterable<string>): Promise<string[]> {
	const list: string[] = [];
	for await (const name of names) list.push(name);
	return list;
}

function contentOf(bytes: Buffer) {
	let isDiscarded = false;
	return {
		isDiscarded: () => isDiscarded,
		open: async () => ({
			unverified: (async function* () {
				yield bytes.subarray(0, 2);
				yield bytes.subarray(2);
			})(),
			discard: () => {
				isDiscarded = true;
			},
		}),
	};
}

describe("a small blob", () => {
	test("is read whole", async () => {
		await push(server.url, "team/app", app);
		expect(await registry.readBlob("team/app", expected, 1024)).toEqual(
			layer.bytes,
		);
	});

	test("is read again when it arrives damaged", async () => {
		await push(server.url, "team/app", app);
		server.faults.push({
			path: /blobs/,
			action: content(Buffer.from("lXyer")),
		});
		expect(await registry.readBlob("team/app", expected, 1024)).toEqual(
			layer.bytes,
		);
	});

	test("is not asked for when it is to be too large", async () => {
		server.seen.length = 0;
		await expect(registry.readBlob("team/app", expected, 4)).rejects.toThrow(
			`blob ${layer.digest} of ${registry.host}/team/app has 5 bytes, expected at most 4`,
		);
		expect(server.seen).toEqual([]);
	});
});

describe("tags", () => {
	test("come page by page, as they are asked for", async () => {
		for (const tag of ["1", "2", "3", "4", "5"]) {
			await push(server.url, "team/app", app, tag);
		}
		server.pageSize = 2;
		expect(await all(registry.tags("team/app"))).toEqual([
			"1",
			"2",
			"3",
			"4",
			"5",
		]);
		const lists = () =>
			server.seen.filter(({ path }) => path.includes("tags/list"));
		expect(lists().map(({ path }) => path)).toEqual([
			"/v2/team/app/tags/list?n=1000",
			"/v2/team/app/tags/list?n=1000&last=2",
			"/v2/team/app/tags/list?n=1000&last=4",
		]);
		server.seen.length = 0;
		for await (const tag of registry.tags("team/app")) if (tag === "2") break;
		expect(lists()).toHaveLength(1);
	});

	test("of a hundred thousand need no more memory than a page", async () => {
		let pages = 0;
		server.faults.push({
			path: /tags/,
			times: 100,
			action: (_request, response) => {
				pages += 1;
				const tags = Array.from({ length: 1000 }, (_, i) => `${pages}-${i}`);
				const next = `</v2/team/app/tags/list?last=${pages}>; rel="next"`;
				if (pages < 100) response.setHeader("link", next);
				response.end(JSON.stringify({ name: "team/app", tags }));
				return true;
			},
		});
		let count = 0;
		let ahead = 0;
		for await (const _ of registry.tags("team/app")) {
			ahead = Math.max(ahead, pages * 1000 - count);
			count += 1;
		}
		expect({ count, ahead }).toEqual({ count: 100_000, ahead: 1000 });
	});

	test("in a page of more than 8 MiB are not read", async () => {
		const tags = Array.from({ length: 70_000 }, (_, i) => `${i}`.padEnd(128));
		server.faults.push({
			path: /tags/,
			action: content(Buffer.from(JSON.stringify({ tags }))),
		});
		await expect(all(registry.tags("team/app"))).rejects.toThrow(
			new ProtocolError(
				`GET ${server.url}/v2/team/app/tags/list was answered with more than 8388608 bytes`,
			),
		);
	});

	test("of a repository that has lost its last one are none", async () => {
		server.faults.push({
			path: /tags/,
			action: content(Buffer.from('{"name":"team/app","tags":null}')),
		});
		expect(await all(registry.tags("team/app"))).toEqual([]);
	});

	test("of an unknown repository are a refusal, which is not the same as none", async () => {
		await expect(all(registry.tags("team/app"))).rejects.toThrow(
			`GET ${server.url}/v2/team/app/tags/list was refused with status 404, NAME_UNKNOWN: repository name not known`,
		);
	});

	test.each([
		"",
		"[]",
		'{"tags":"1"}',
		'{"tags":[1]}',
		'{"repositories":["1"]}',
	])("are not read from %j", async (body) => {
		server.faults.push({ path: /tags/, action: content(Buffer.from(body)) });
		await expect(all(registry.tags("team/app"))).rejects.toThrow(
			new ProtocolError(
				`GET ${server.url}/v2/team/app/tags/list answered without a list of tags`,
			),
		);
	});

	test("do not go round in circles", async () => {
		server.faults.push({
			path: /tags/,
			times: 99,
			action: content(Buffer.from('{"tags":["1"]}'), {
				link: '</v2/team/app/tags/list?n=1000>; rel="next"',
			}),
		});
		await expect(all(registry.tags("team/app"))).rejects.toThrow(
			"as its next page, expected another page of",
		);
	});
});

describe("a manifest", () => {
	test("is told from its absence", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		expect(await registry.headManifest("team/app", "1.0.0")).toEqual({
			digest: app.digest,
			mediaType: app.mediaType,
		});
		expect(await registry.headManifest("team/app", "2.0.0")).toBeUndefined();
		expect(await registry.headManifest("team/none", "1.0.0")).toBeUndefined();
	});

	test("gets its digest from its bytes where the registry gives none", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		server.faults.push({
			method: "HEAD",
			path: /manifests/,
			action: content(app.bytes, { "content-type": app.mediaType }),
		});
		const head = await registry.headManifest("team/app", "1.0.0");
		expect(head?.digest).toBe(app.digest);
	});

	test("asked for by digest is not another one", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		server.faults.push({
			method: "HEAD",
			path: /manifests/,
			action: status(200, {
				headers: { "docker-content-digest": layer.digest },
			}),
		});
		await expect(registry.headManifest("team/app", app.digest)).rejects.toThrow(
			`HEAD ${server.url}/v2/team/app/manifests/${app.digest} answered with digest '${layer.digest}', expected ${app.digest}`,
		);
	});

	test("by tag that does not have the digest the registry gives is asked for again", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		server.faults.push({
			method: "GET",
			path: /manifests/,
			action: content(Buffer.from("{}"), {
				"content-type": app.mediaType,
				"docker-content-digest": app.digest,
			}),
		});
		const { bytes } = await registry.getManifest("team/app", "1.0.0");
		expect(bytes).toEqual(app.bytes);
		expect(server.count("GET")).toBe(2);
	});

	test("that cannot be had is asked for six times, not six times six", async () => {
		server.faults.push({ path: /manifests/, action: status(500), times: 99 });
		await expect(registry.getManifest("team/app", "1.0.0")).rejects.toThrow(
			"given up after 6 tries",
		);
		expect(server.count("GET")).toBe(6);
	});

	test("of more than 4 MiB is not read", async () => {
		server.faults.push({
			path: /manifests/,
			action: content(Buffer.alloc(4 * 1024 * 1024 + 1)),
		});
		await expect(registry.getManifest("team/app", "1.0.0")).rejects.toThrow(
			new ProtocolError(
				`GET ${server.url}/v2/team/app/manifests/1.0.0 was answered with more than 4194304 bytes`,
			),
		);
	});

	test("keeps the parameters of its media type to itself", async () => {
		server.faults.push({
			path: /manifests/,
			action: content(app.bytes, {
				"content-type": `${app.mediaType}; charset=utf-8`,
			}),
		});
		const { mediaType } = await registry.getManifest("team/app", "1.0.0");
		expect(mediaType).toBe(app.mediaType);
	});

	test("that was stored as something else is an error", async () => {
		server.faults.push({
			method: "PUT",
			path: /manifests/,
			action: status(201, {
				headers: { "docker-content-digest": layer.digest },
			}),
		});
		await expect(registry.putManifest("team/app", "1", app)).rejects.toThrow(
			`PUT ${server.url}/v2/team/app/manifests/1 stored ${layer.digest}, expected ${app.digest}`,
		);
	});

	test("that a gate merged has no digest to compare", async () => {
		server.faults.push({
			method: "PUT",
			path: /manifests/,
			action: status(201),
		});
		await registry.putManifest("team/app", "1", app);
	});

	test("is deleted once", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		expect(await registry.deleteManifest("team/app", "1.0.0")).toBe(true);
		expect(await registry.deleteManifest("team/app", "1.0.0")).toBe(false);
	});
});

describe("a blob", () => {
	test("has a size, or is absent", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		expect(await registry.headBlob("team/app", layer.digest)).toBe(5);
		expect(await registry.headBlob("team/app", app.digest)).toBeUndefined();
	});

	test("is uploaded in one POST and one PUT to the session as the registry wrote it", async () => {
		const { open, isDiscarded } = contentOf(layer.bytes);
		await registry.uploadBlob("team/app", expected, open);
		expect(server.blobs.get(layer.digest)).toEqual(layer.bytes);
		expect(server.seen.map(({ method }) => method)).toEqual(["POST", "PUT"]);
		expect(server.seen[1]?.path).toMatch(
			/^\/v2\/team\/app\/blobs\/uploads\/[0-9a-f-]+\?_state=[^&]+%3D%3D&digest=sha256%3A[0-9a-f]{64}$/,
		);
		expect(isDiscarded()).toBe(true);
	});

	test("that cannot be uploaded lets its source go", async () => {
		server.faults.push({
			method: "PUT",
			path: /./,
			action: reset,
			times: 99,
		});
		const { open, isDiscarded } = contentOf(layer.bytes);
		await expect(
			registry.uploadBlob("team/app", expected, open),
		).rejects.toThrow(`PUT ${server.url}/v2/team/app/blobs/uploads/`);
		expect(isDiscarded()).toBe(true);
	});

	test("that nobody reads can break without ending the process", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		const { discard } = await registry.getBlob("team/app", layer.digest);
		discard();
		await registry.getBlob("team/app", layer.digest);
		await server.stop();
		server = await new RegistryServer().start();
	});

	test("of which the registry sends only a part is refused, and the rest is not waited for", async () => {
		let isOpen = true;
		server.faults.push({
			path: /blobs/,
			action: (request, response) => {
				response.writeHead(206, { "content-length": "10" }).write("part");
				request.socket.once("close", () => {
					isOpen = false;
				});
				return true;
			},
		});
		await expect(registry.getBlob("team/app", layer.digest)).rejects.toThrow(
			`GET ${server.url}/v2/team/app/blobs/${layer.digest} was refused with status 206`,
		);
		await expect.poll(() => isOpen).toBe(false);
	});

	test("is mounted where another repository has it", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		expect(await registry.mount("team/b", layer.digest, "team/app")).toBe(true);
		expect(await registry.mount("team/b", app.digest, "team/app")).toBe(false);
	});
});

describe("what cannot be a name is never sent", () => {
	test.each([
		"../x",
		"team//app",
		"Team/app",
		"team/app/../../x",
		"",
		"a".repeat(256),
	])("repository %j", async (name) => {
		await expect(
			(async () => registry.headManifest(name, "1.0.0"))(),
		).rejects.toThrow(InvalidReferenceError);
		expect(server.seen).toEqual([]);
	});

	test.each(["", "..", "a/b", "sha256:abc", "1.0.0?x=y", "a b"])(
		"reference %j",
		async (reference) => {
			await expect(
				registry.headManifest("team/app", reference),
			).rejects.toThrow(InvalidReferenceError);
			expect(server.seen).toEqual([]);
		},
	);
});
