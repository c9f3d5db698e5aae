import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Credentials } from "../../../services/oci/credentials.ts";
import { ProtocolError, RegistryError } from "../../../services/oci/errors.ts";
import { Registry } from "../../../services/oci/registry.ts";
import { Transport } from "../../../services/oci/transport.ts";
import { content, reset, status } from "./faults.ts";
import { blob, image, push } from "./images.ts";
import { InstantClock } from "./instant-clock.ts";
import { RegistryServer } from "./registry-server.ts";

const ACCOUNT = { username: "promoter", password: "correct horse: battery" };

let server: RegistryServer;
let trap: RegistryServer;
let clock: InstantClock;
let transport: Transport;

beforeEach(async () => {
	server = await new RegistryServer().start();
	trap = await new RegistryServer().start();
	clock = new InstantClock();
	transport = new Transport({ clock });
});

afterEach(async () => {
	await transport.close();
	await server.stop();
	await trap.stop();
});

const app = image([blob("layer")]);

function registry(credentials: Credentials = ACCOUNT): Registry {
	return new Registry({
		url: server.url,
		actions: ["push"],
		credentials: async () => credentials,
		transport,
	});
}

const tokenRequests = () =>
	server.seen.filter(({ path }) => path.startsWith("/auth/token"));

describe("a registry with tokens", () => {
	beforeEach(async () => {
		await push(server.url, "team/app", app, "1.0.0");
		server.seen.length = 0;
		server.auth = ACCOUNT;
	});

	test("is asked without a token only the first time, and one token serves all requests", async () => {
		const client = registry();
		await client.headManifest("team/app", "1.0.0");
		await client.headBlob("team/app", app.blobs[0]?.digest ?? app.digest);
		await client.putManifest("team/app", "1.0.1", app);
		expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
			"HEAD /v2/team/app/manifests/1.0.0",
			"GET /auth/token?service=test&scope=repository%3Ateam%2Fapp%3Apull%2Cpush&account=promoter",
			"HEAD /v2/team/app/manifests/1.0.0",
			`HEAD /v2/team/app/blobs/${app.blobs[0]?.digest}`,
			"PUT /v2/team/app/manifests/1.0.1",
		]);
	});

	test("gives one token for many requests at once", async () => {
		const client = registry();
		await client.headManifest("team/app", "1.0.0");
		clock.advance(280_000);
		await Promise.all(
			Array.from({ length: 10 }, () =>
				client.headManifest("team/app", "1.0.0"),
			),
		);
		expect(tokenRequests()).toHaveLength(2);
	});

	test("is asked for another token half a minute before the first expires", async () => {
		const client = registry();
		await client.headManifest("team/app", "1.0.0");
		clock.advance(269_999);
		await client.headManifest("team/app", "1.0.0");
		expect(tokenRequests()).toHaveLength(1);
		clock.advance(2);
		await client.headManifest("team/app", "1.0.0");
		expect(tokenRequests()).toHaveLength(2);
	});

	test("whose tokens it no longer takes, is asked for another one", async () => {
		const client = registry();
		await client.headManifest("team/app", "1.0.0");
		server.forgetTokens();
		await client.headManifest("team/app", "1.0.0");
		expect(tokenRequests()).toHaveLength(2);
	});

	test("takes an upload again with another token when it expired meanwhile", async () => {
		const client = registry();
		await client.headManifest("team/app", "1.0.0");
		const layer = blob("new");
		server.faults.push({
			method: "PUT",
			path: /blobs\/uploads/,
			action: () => {
				server.forgetTokens();
				return false;
			},
		});
		await client.uploadBlob(
			"team/app",
			{ digest: layer.digest, size: layer.bytes.byteLength },
			async () => ({ unverified: bytes(layer.bytes), discard: () => {} }),
		);
		expect(server.blobs.has(layer.digest)).toBe(true);
	});

	test("asks for the rights on both repositories when it mounts", async () => {
		const client = registry();
		await client.mount(
			"team/other",
			app.blobs[0]?.digest ?? app.digest,
			"team/app",
		);
		expect(tokenRequests().at(-1)?.path).toContain(
			"scope=repository%3Ateam%2Fother%3Apull%2Cpush&scope=repository%3Ateam%2Fapp%3Apull",
		);
	});

	test("that grants less than was asked for is not asked for ever", async () => {
		server.auth = { ...ACCOUNT, granted: ["repository:team/app:pull"] };
		const client = registry();
		await expect(client.putManifest("team/app", "2.0.0", app)).rejects.toEqual(
			new RegistryError(`PUT ${server.url}/v2/team/app/manifests/2.0.0`, 401, [
				{ code: "UNAUTHORIZED", message: "authentication required" },
			]),
		);
		expect(server.count("PUT")).toBe(2);
	});

	test("whose clock is not that of the token service is refused with both named", async () => {
		const issuedAt = new Date(Date.now() - 3_600_000).toISOString();
		server.auth = { ...ACCOUNT, granted: [], issuedAt };
		await expect(registry().headManifest("team/app", "1.0.0")).rejects.toThrow(
			/^HEAD .*\/v2\/team\/app\/manifests\/1\.0\.0 was refused with status 401; its clock is 3[56][0-9]{2} s ahead of that of the token service, expected at most 60 s\. Fix: set both by the same time server$/,
		);
	});

	test("that refuses the password says so, without the password", async () => {
		const wrong = { username: "promoter", password: "canary-7f3a" };
		const refused = registry(wrong).headManifest("team/app", "1.0.0");
		await expect(refused).rejects.toEqual(
			new RegistryError(`GET ${server.url}/auth/token`, 401, [
				{ code: "UNAUTHORIZED", message: "unknown account" },
			]),
		);
		await expect(refused).rejects.not.toThrow("canary-7f3a");
		expect(tokenRequests()).toHaveLength(1);
	});

	test("whose token service only speaks OAuth2 is asked by POST", async () => {
		server.auth = { ...ACCOUNT, postOnly: true };
		expect(await registry().headManifest("team/app", "1.0.0")).toEqual({
			digest: app.digest,
			mediaType: app.mediaType,
		});
		expect(tokenRequests().map(({ method }) => method)).toEqual([
			"GET",
			"POST",
		]);
	});

	test("is asked anonymously by a client without an account", async () => {
		const anonymous = new Registry({ url: server.url, transport });
		await expect(anonymous.headManifest("team/app", "1.0.0")).rejects.toThrow(
			"UNAUTHORIZED",
		);
		expect(tokenRequests().map(({ authorization }) => authorization)).toEqual([
			undefined,
		]);
	});

	test("that refused the password once is asked again by the next request", async () => {
		server.faults.push({ path: /auth\/token/, action: status(401) });
		const client = registry();
		await expect(client.headManifest("team/app", "1.0.0")).rejects.toThrow(
			"was refused with status 401",
		);
		expect(await client.headManifest("team/app", "1.0.0")).toBeDefined();
	});

	test("is asked again for its token service when the one it named refuses", async () => {
		server.faults.push({
			path: /manifests/,
			action: status(401, {
				headers: {
					"www-authenticate": `Bearer realm="${server.url}/auth/token",service="another"`,
				},
			}),
		});
		server.faults.push({
			path: /service=another/,
			times: 99,
			action: status(403),
		});
		const client = registry();
		await expect(client.headManifest("team/app", "1.0.0")).rejects.toThrow(
			`GET ${server.url}/auth/token was refused with status 403`,
		);
		expect(await client.headManifest("team/app", "1.0.0")).toBeDefined();
	});

	test("waits for a token service that is busy", async () => {
		server.faults.push({ path: /auth\/token/, action: status(503) });
		server.faults.push({ path: /auth\/token/, action: reset });
		expect(await registry().headManifest("team/app", "1.0.0")).toBeDefined();
	});

	test.each([
		["{}", "no token"],
		["[]", "a list"],
		["not json", "no JSON"],
		['{"token":"a b"}', "a token with a space"],
		['{"token":"a","expires_in":-1}', "a token of the past"],
		['{"token":"a\\r\\nx: y"}', "a token that would write a header"],
	])("does not take %s (%s) for a token", async (body) => {
		server.faults.push({
			path: /auth\/token/,
			action: content(Buffer.from(body)),
		});
		await expect(registry().headManifest("team/app", "1.0.0")).rejects.toThrow(
			new ProtocolError(
				`GET ${server.url}/auth/token answered without a usable token: expected 'token' or 'access_token' and a positive 'expires_in'`,
			),
		);
	});

	test("is asked for the right of listing repositories by that name", async () => {
		const names: string[] = [];
		for await (const name of registry().repositories()) names.push(name);
		expect(names).toEqual(["team/app"]);
		expect(tokenRequests()[0]?.path).toContain("scope=registry%3Acatalog%3A*");
	});

	test("is pinged with a token for nothing in particular", async () => {
		await registry().ping();
		expect(tokenRequests()[0]?.path).toBe(
			"/auth/token?service=test&account=promoter",
		);
	});
});

describe("credentials are never sent", () => {
	test("to a token service on another host", async () => {
		server.auth = { ...ACCOUNT, realm: `${trap.url}/auth/token` };
		await expect(registry().headManifest("team/app", "1")).rejects.toThrow(
			`${server.url}/v2/ names '${trap.url}/auth/token' as its token service, expected ${server.host}; no credentials were sent`,
		);
		expect(trap.seen).toEqual([]);
	});

	test("to the metadata service of a cloud", async () => {
		server.auth = { ...ACCOUNT, realm: "http://169.254.169.254/token" };
		await expect(registry().headManifest("team/app", "1")).rejects.toThrow(
			`expected ${server.host}`,
		);
	});

	test("along a redirect to another host", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		await push(trap.url, "team/app", app, "1.0.0");
		server.auth = ACCOUNT;
		const { digest } = blob("layer");
		server.faults.push({
			path: new RegExp(`blobs/${digest}`),
			from: 2,
			times: 99,
			action: status(307, {
				headers: { location: `${trap.url}/v2/team/app/blobs/${digest}` },
			}),
		});
		const { unverified } = await registry().getBlob("team/app", digest);
		const read: Uint8Array[] = [];
		for await (const chunk of unverified) read.push(chunk);
		expect(Buffer.concat(read).toString()).toBe("layer");
		expect(trap.seen.at(-1)).toMatchObject({
			method: "GET",
			authorization: undefined,
		});
	});

	test("because another host asks for them after a redirect", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		const { digest } = blob("layer");
		server.faults.push({
			path: new RegExp(`blobs/${digest}`),
			times: 99,
			action: status(307, { headers: { location: `${trap.url}/blob` } }),
		});
		trap.faults.push({
			path: /./,
			times: 99,
			action: status(401, {
				headers: { "www-authenticate": 'Basic realm="x"' },
			}),
		});
		const client = registry();
		await expect(client.getBlob("team/app", digest)).rejects.toThrow(
			`GET ${server.url}/v2/team/app/blobs/${digest} was refused with status 401`,
		);
		await client.headManifest("team/app", "1.0.0");
		const sent = [...server.seen, ...trap.seen].map(
			(seen) => seen.authorization,
		);
		expect(sent.filter((header) => header !== undefined)).toEqual([]);
		expect(trap.seen).toHaveLength(1);
	});

	test("to an upload location on another host", async () => {
		server.faults.push({
			method: "POST",
			path: /uploads/,
			action: status(202, {
				headers: { location: `${trap.url}/v2/x/blobs/uploads/1` },
			}),
		});
		await expect(
			registry().uploadBlob("team/app", { digest: app.digest, size: 1 }, () => {
				throw new Error("not opened");
			}),
		).rejects.toThrow(
			`${server.url}/v2/team/app/blobs/uploads/ opens an upload at '${trap.url}/v2/x/blobs/uploads/1', expected a location on ${server.url}`,
		);
		expect(trap.seen).toEqual([]);
	});

	test("to a next page on another host", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		server.faults.push({
			path: /tags/,
			action: content(Buffer.from('{"tags":["a"]}'), {
				link: `<${trap.url}/v2/team/app/tags/list?last=a>; rel="next"`,
			}),
		});
		const read = async () => {
			for await (const _ of registry().tags("team/app"));
		};
		await expect(read()).rejects.toThrow(
			`names '${trap.url}/v2/team/app/tags/list?last=a' as its next page, expected another page of ${server.host}`,
		);
		expect(trap.seen).toEqual([]);
	});
});

describe("redirects", () => {
	const { digest } = blob("layer");
	const path = `/v2/team/app/blobs/${digest}`;

	test("are followed three times and not four", async () => {
		await push(server.url, "team/app", app, "1.0.0");
		const redirect = status(307, { headers: { location: path } });
		server.faults.push({ path: /blobs/, action: redirect, times: 3 });
		const { discard } = await registry().getBlob("team/app", digest);
		discard();
		server.faults.push({ path: /blobs/, action: redirect, times: 4 });
		await expect(registry().getBlob("team/app", digest)).rejects.toThrow(
			`GET ${server.url}${path} was redirected more than 3 times`,
		);
	});

	test("of a write are a refusal", async () => {
		server.faults.push({
			method: "PUT",
			path: /manifests/,
			action: status(307, { headers: { location: `${trap.url}/` } }),
		});
		await expect(registry().putManifest("team/app", "1", app)).rejects.toThrow(
			"was refused with status 307",
		);
		expect(trap.seen).toEqual([]);
	});
});

test("Basic credentials are sent where the registry asks for them, and only once when wrong", async () => {
	server.faults.push({
		path: /./,
		times: 99,
		action: (request, response) => {
			const expected = `Basic ${Buffer.from("promoter:correct horse: battery").toString("base64")}`;
			if (request.headers.authorization === expected) return false;
			response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
			return true;
		},
	});
	await registry().ping();
	expect(server.seen).toHaveLength(2);
	const wrong = registry({ username: "promoter", password: "wrong" });
	await expect(wrong.ping()).rejects.toThrow("was refused with status 401");
	expect(server.seen).toHaveLength(4);
	await expect(wrong.ping()).rejects.toThrow("was refused with status 401");
	expect(server.seen).toHaveLength(5);
});

async function* bytes(content: Buffer): AsyncGenerator<Uint8Array> {
	yield content;
}
