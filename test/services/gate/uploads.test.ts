import { describe, expect, test } from "vitest";
import { startFixture } from "./gate-fixture.ts";
import { errorOf } from "./manifest-requests.ts";

describe("GET /authorize/upload", () => {
	test.each([
		["/v2/team/app/blobs/uploads/", 204],
		["/v2/team/app/blobs/uploads/?mount=sha256:00&from=app", 204],
		["/v2/app/blobs/uploads/", 403],
		["/v2/team/../team/app/blobs/uploads/", 403],
		["/v2/team%2fapp/blobs/uploads/", 403],
		["/v2/team/app/manifests/x", 403],
		["", 403],
	])("answers an upload to '%s' with %i", async (uri, status) => {
		const { send } = await startFixture();
		const answer = await send({
			target: "/authorize/upload",
			headers: { "X-Original-URI": uri },
		});
		expect(answer.status).toBe(status);
		expect(answer.body).toBe("");
	});
});

describe("POST …/blobs/uploads/", () => {
	test("tells a person why the upload was refused", async () => {
		const { send, log } = await startFixture();
		const answer = await send({
			method: "POST",
			target: "/v2/app/blobs/uploads/?mount=x",
			body: "part of a layer",
		});
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toEqual({
			code: "DENIED",
			message:
				"repository 'app' is not accepted in ci-snapshots: expected team/app",
		});
		expect(log.map(({ action, outcome }) => [action, outcome])).toEqual([
			["upload", "refused"],
		]);
	});

	test("tells how images get into a registry nobody pushes to", async () => {
		const { send } = await startFixture({
			readOnlyReason: "images get here by promotion alone",
		});
		const answer = await send({
			method: "POST",
			target: "/v2/team/app/blobs/uploads/",
		});
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toEqual({
			code: "DENIED",
			message:
				"nobody pushes to ci-snapshots: images get here by promotion alone",
		});
	});

	test("answers 400 to a path that is not one of a repository", async () => {
		const { send } = await startFixture();
		const answer = await send({
			method: "POST",
			target: "/v2/a%2fb/blobs/uploads/",
		});
		expect(answer.status).toBe(400);
		expect(errorOf(answer).code).toBe("NAME_INVALID");
	});

	test("asks to retry an upload that is accepted now", async () => {
		const { send } = await startFixture();
		const answer = await send({
			method: "POST",
			target: "/v2/team/app/blobs/uploads/",
		});
		expect(answer.status).toBe(503);
		expect(errorOf(answer).code).toBe("UNAVAILABLE");
	});
});
