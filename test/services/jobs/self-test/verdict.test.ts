import { describe, expect, test } from "vitest";
import { attempt } from "../../../../services/jobs/self-test/attempt.ts";
import {
	stepProblems,
	tagProblems,
} from "../../../../services/jobs/self-test/verdict.ts";
import { digestOf } from "../../../../services/oci/digest.ts";
import {
	RegistryError,
	RetryableError,
} from "../../../../services/oci/errors.ts";

const step = async (error?: Error) => [
	{
		what: "pull of a:b",
		attempt: await attempt(async () => {
			if (error) throw error;
		}),
	},
];
const refused = (status: number) =>
	step(new RegistryError("GET http://r/v2/", status, []));

describe("a refusal", () => {
	test.each([401, 403, 405])("has status %i", async (status) => {
		expect(stepProblems(false, await refused(status))).toEqual([]);
	});

	test.each([400, 404, 421, 429, 500, 503])(
		"has not status %i, which says nothing about rights",
		async (status) => {
			expect(stepProblems(false, await refused(status))).toEqual([
				`pull of a:b: expected a refusal with status 401, 403 or 405, GET http://r/v2/ was refused with status ${status}`,
			]);
		},
	);

	test("is no error of the network", async () => {
		const cut = await step(new RetryableError("connection reset"));
		expect(stepProblems(false, cut)).toEqual([
			"pull of a:b: expected a refusal with status 401, 403 or 405, connection reset",
		]);
	});

	test("is none when it was done", async () => {
		expect(stepProblems(false, await step())).toEqual([
			"pull of a:b: expected a refusal, it was done",
		]);
	});
});

describe("what is allowed", () => {
	test("is done", async () => {
		expect(stepProblems(true, await step())).toEqual([]);
	});
	test.each([401, 404, 500])("is not answered with %i", async (status) => {
		expect(stepProblems(true, await refused(status))).toEqual([
			`pull of a:b: expected to work, GET http://r/v2/ was refused with status ${status}`,
		]);
	});
});

describe("tags", () => {
	const one = digestOf(Buffer.from("1"));
	const two = digestOf(Buffer.from("2"));

	test("that point to what they should are no problem", () => {
		const state = new Map([
			["a:1", one],
			["a:2", undefined],
		]);
		expect(tagProblems(state, new Map(state))).toEqual([]);
	});

	test("that moved, went or came are named", () => {
		const expected = new Map([
			["a:moved", one],
			["a:went", one],
			["a:came", undefined],
		]);
		const seen = new Map([
			["a:moved", two],
			["a:went", undefined],
			["a:came", two],
		]);
		expect(tagProblems(expected, seen)).toEqual([
			`a:moved: expected it to point to ${one}, it points to ${two}`,
			`a:went: expected it to point to ${one}, it is gone`,
			`a:came: expected no such tag, it points to ${two}`,
		]);
	});
});
