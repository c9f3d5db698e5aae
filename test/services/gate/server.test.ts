import { connect } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Client } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { digestOf } from "./fake-registry.ts";
import { basic, PASSWORD, sendRaw, startFixture } from "./gate-fixture.ts";
import { errorOf, put, TAG } from "./manifest-requests.ts";
import { image } from "./manifests.ts";

describe("routes", () => {
	test("the health check needs no registry", async () => {
		const { gate } = await startFixture();
		const { status, body } = await sendRaw(gate.port, { target: "/healthz" });
		expect([status, body]).toEqual([200, '{"status":"ok"}']);
	});

	test.each([undefined, "prod", "ci-snapshots, prod", "__proto__"])(
		"a request for the registry '%s', which the gate does not have, is misdirected",
		async (registry) => {
			const { gate } = await startFixture();
			for (const target of ["/auth/token", "/authorize/upload"]) {
				const answer = await sendRaw(gate.port, {
					target,
					...(registry !== undefined && { registry }),
				});
				expect(answer.status).toBe(421);
				expect(errorOf(answer).code).toBe("UNSUPPORTED");
			}
		},
	);

	test.each([
		["GET", "/v2/"],
		["GET", "/v2/team/app/manifests/x"],
		["POST", "/authorize/upload"],
		["GET", "/auth/../healthz"],
		["GET", "/%68ealthz"],
		["OPTIONS", "*"],
	])("%s %s is not served", async (method, target) => {
		const { send } = await startFixture();
		const { status } = await send({ method, target });
		expect([400, 404]).toContain(status);
	});

	test("a target that is no path gets an error a client can show", async () => {
		const { send } = await startFixture();
		const answer = await send({
			method: "PUT",
			target: "/v2/a\\b/manifests/x",
		});
		expect(answer.status).toBe(400);
		expect(errorOf(answer).code).toBe("NAME_INVALID");
	});

	test("headers of more than 16 KiB are refused", async () => {
		const { send } = await startFixture();
		const { status } = await send({
			target: "/healthz",
			headers: { "X-Long": "x".repeat(17 * 1024) },
		});
		expect(status).toBe(431);
	});
});

describe("a registry that does not answer", () => {
	test("makes writes wait for a retry and leaves tokens alone", async () => {
		const fixture = await startFixture();
		await fixture.registry.close();
		const answer = await put(fixture, image("a"));
		expect(answer.status).toBe(503);
		expect(answer.headers["retry-after"]).toBe("5");
		expect(errorOf(answer)).toEqual({
			code: "UNAVAILABLE",
			message: "ci-snapshots does not answer at the moment: retry",
		});
		expect(fixture.log.at(-1)).toMatchObject({
			action: "put",
			outcome: "failed",
			reason: "registry ci-snapshots does not answer",
		});
		const { status } = await fixture.send({
			target: "/auth/token?service=ci-snapshots.test",
			headers: basic("ci"),
		});
		expect(status).toBe(200);
	});

	test("is never taken for one without the tag", async () => {
		const fixture = await startFixture();
		fixture.registry.failWith = 500;
		expect((await put(fixture, image("a"))).status).toBe(503);
		expect(fixture.registry.seen.map(({ method }) => method)).toEqual(["HEAD"]);
	});

	test("does not stop the next write to the repository", async () => {
		const fixture = await startFixture();
		fixture.registry.failWith = 500;
		await put(fixture, image("a"));
		fixture.registry.failWith = undefined;
		expect((await put(fixture, image("a"))).status).toBe(201);
	});
});

test("a registry that checks no tokens is reported and does not pass for one that does", async () => {
	const fixture = await startFixture();
	fixture.registry.authenticates = false;
	const answer = await put(fixture, image("a"), { token: "x" });
	expect(answer.status).toBe(500);
	expect(errorOf(answer)).toEqual({
		code: "UNKNOWN",
		message: "the gate failed; its log has the reason",
	});
	expect(fixture.log.at(-1)?.reason).toBe(
		"registry ci-snapshots took a write without a token: its token authentication is off",
	);
});

test("a client that stops in the middle of a body is cut off", async () => {
	const { gate, token, log, registry } = await startFixture({ bodyIdleMs: 50 });
	const socket = connect(gate.port, "127.0.0.1");
	socket.write(
		`PUT /v2/team/app/manifests/${TAG} HTTP/1.1\r\nHost: h\r\nX-Registry: ci-snapshots\r\n` +
			`Authorization: Bearer ${token("ci", ["pull", "push"])}\r\nContent-Length: 100\r\n\r\nhalf`,
	);
	await text(socket).catch(() => "");
	expect(log.map(({ outcome, reason }) => [outcome, reason])).toEqual([
		["failed", "no byte of the body came for 50 ms"],
	]);
	expect(registry.seen).toEqual([]);
});

test("a client that goes away in the middle of a body is nobody's error", async () => {
	const { gate, token, log, registry } = await startFixture();
	const logged = Promise.withResolvers<void>();
	const push = log.push.bind(log);
	log.push = (...lines) => {
		logged.resolve();
		return push(...lines);
	};
	const socket = connect(gate.port, "127.0.0.1");
	socket.write(
		`PUT /v2/team/app/manifests/${TAG} HTTP/1.1\r\nHost: h\r\nX-Registry: ci-snapshots\r\n` +
			`Authorization: Bearer ${token("ci", ["pull", "push"])}\r\nContent-Length: 100\r\n\r\nhalf`,
		() => socket.destroy(),
	);
	await logged.promise;
	expect(log.map(({ level, outcome }) => [level, outcome])).toEqual([
		[30, "failed"],
	]);
	expect(registry.seen).toEqual([]);
});

test("a client that is refused while it still sends gets the answer and keeps its connection", async () => {
	const { gate, token } = await startFixture();
	const client = new Client(`http://127.0.0.1:${gate.port}`);
	onTestFinished(() => client.close());
	let connections = 0;
	client.on("connect", () => {
		connections += 1;
	});
	const send = async (body: string | Readable, authorization?: string) => {
		const answer = await client.request({
			method: "PUT",
			path: `/v2/team/app/manifests/${TAG}`,
			headers: { "x-registry": "ci-snapshots", authorization },
			body,
		});
		await answer.body.dump();
		return answer.statusCode;
	};
	const chunks = Array.from({ length: 80 }, () => "x".repeat(100_000));
	const bearer = `Bearer ${token("ci", ["pull", "push"])}`;
	const statuses = [
		await send("x".repeat(8_000_000)),
		await send("x".repeat(8_000_000), bearer),
		await send(Readable.from(chunks), bearer),
		await send("short"),
	];
	expect(statuses).toEqual([401, 413, 413, 401]);
	expect(connections).toBe(1);
});

describe("a client that is refused in the middle of a body", () => {
	const HEADERS = `PUT /v2/team/app/manifests/${TAG} HTTP/1.1\r\nHost: h\r\nX-Registry: ci-snapshots\r\nConnection: close\r\nContent-Length: 100\r\n\r\n`;

	test("is answered when it has sent the rest", async () => {
		const { gate, log } = await startFixture();
		const decided = Promise.withResolvers<void>();
		const push = log.push.bind(log);
		log.push = (...lines) => {
			decided.resolve();
			return push(...lines);
		};
		const socket = connect(gate.port, "127.0.0.1");
		onTestFinished(() => void socket.destroy());
		let received = "";
		socket.on("data", (data) => {
			received += data;
		});
		socket.write(`${HEADERS}${"x".repeat(50)}`);
		await decided.promise;
		// What would be sent now would be here by then.
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(received).toBe("");
		socket.write("x".repeat(50));
		await new Promise((resolve) => socket.once("close", resolve));
		expect(received).toMatch(/^HTTP\/1\.1 401 /);
	});

	test("is answered without the rest when that does not come", async () => {
		const { gate } = await startFixture({ bodyIdleMs: 50 });
		const socket = connect(gate.port, "127.0.0.1");
		onTestFinished(() => void socket.destroy());
		socket.write(`${HEADERS}${"x".repeat(50)}`);
		expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /);
	});
});

test("stopping lets a write under way finish", async () => {
	const fixture = await startFixture();
	const asked = Promise.withResolvers<void>();
	const goOn = Promise.withResolvers<void>();
	fixture.registry.beforeAnswer = () => {
		asked.resolve();
		return goOn.promise;
	};
	const answer = put(fixture, image("a"));
	await asked.promise;
	const stopped = fixture.gate.close();
	goOn.resolve();
	expect((await answer).status).toBe(201);
	await stopped;
	await expect(
		sendRaw(fixture.gate.port, { target: "/healthz" }),
	).rejects.toThrow("ECONNREFUSED");
});

describe("the log", () => {
	test("has one line for each decision, with what it was about", async () => {
		const fixture = await startFixture();
		await fixture.send({
			target:
				"/auth/token?service=ci-snapshots.test&scope=repository:team/app:pull,push",
			headers: basic("ci"),
		});
		await put(fixture, image("a"));
		await put(fixture, image("a"));
		await put(fixture, image("a"), { reference: "latest" });
		await put(fixture, image("a"), { token: "a.b.c" });
		const lines = fixture.log.map(({ level, time, durationMs, ...line }) => {
			expect(durationMs).toBeGreaterThanOrEqual(0);
			expect(level).toBe(30);
			expect(time).toBeGreaterThan(0);
			return line;
		});
		const about = { registry: "ci-snapshots", name: "team/app" };
		const digest = digestOf(image("a"));
		expect(lines).toEqual([
			{
				action: "token",
				registry: "ci-snapshots",
				principal: "ci",
				granted: ["repository:team/app:pull,push"],
				outcome: "allowed",
				status: 200,
			},
			{
				...about,
				action: "put",
				principal: "ci",
				reference: TAG,
				digest,
				outcome: "allowed",
				status: 201,
			},
			{
				...about,
				action: "put",
				principal: "ci",
				reference: TAG,
				digest,
				outcome: "unchanged",
				status: 201,
			},
			{
				...about,
				action: "put",
				principal: "ci",
				reference: "latest",
				outcome: "refused",
				reason:
					"tag 'latest' is not accepted in ci-snapshots: expected main-<n>-<sha> or <version>-<sha>",
				status: 403,
			},
			{
				...about,
				action: "put",
				reference: TAG,
				outcome: "challenged",
				reason: "invalid_token",
				status: 401,
			},
		]);
	});

	test("says that a write was allowed and not done", async () => {
		const fixture = await startFixture({
			createOnlyTags: false,
			grants: { ci: ["create", "retag"] },
		});
		fixture.registry.failWith = 405;
		expect((await put(fixture, image("a"))).status).toBe(405);
		expect(fixture.log.at(-1)).toMatchObject({
			outcome: "failed",
			reason: "the registry answered 405",
		});
	});

	test("holds no password, token or user name that is not a principal", async () => {
		const fixture = await startFixture();
		const token = fixture.token("ci", ["pull", "push"]);
		const login = (headers: Record<string, string>) =>
			fixture.send({
				target: "/auth/token?service=ci-snapshots.test",
				headers,
			});
		const given = await login(basic("ci"));
		await login(basic("ci", "canary-one"));
		await login(basic("canary-two"));
		await login(basic("developer:canary-three"));
		await put(fixture, image("a"), { token });
		await put(fixture, image("b"), { token });
		await put(fixture, image("b"), { token: "canary-four" });
		await fixture.registry.close();
		await put(fixture, image("a"), { token });
		const log = JSON.stringify(fixture.log);
		expect(fixture.log).toHaveLength(8);
		expect(log).not.toContain("canary");
		expect(log).not.toContain(PASSWORD);
		expect(log).not.toContain(token.split(".")[1]);
		expect(log).not.toContain(JSON.parse(given.body).token.split(".")[1]);
	});
});
