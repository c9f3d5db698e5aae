import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Check, runSections } from "./checks.ts";

let printed: string[] = [];
beforeEach(() => {
	printed = [];
	vi.spyOn(console, "log").mockImplementation((line: string) => {
		printed.push(line.replace(/ \(\d+\.\d s\)$/, ""));
	});
});
afterEach(() => {
	vi.restoreAllMocks();
});

const never = new AbortController().signal;
const holds: Check = { promise: "holds", run: async () => {} };
const fails: Check = {
	promise: "fails",
	run: async () => {
		throw new Error("the tag is gone");
	},
};

test("a check that fails does not stop the rest", async () => {
	const sections = [{ heading: "tags", checks: [fails, holds] }];
	expect(await runSections(sections, never)).toEqual({ passed: 1, failed: 1 });
	expect(printed).toEqual([
		"\ntags",
		"  ✗ fails",
		"      the tag is gone",
		"  ✓ holds",
	]);
});

test("what a needed check leaves untried counts as failed, in its own section alone", async () => {
	const sections = [
		{ heading: "one", checks: [{ ...fails, needed: true }, holds, holds] },
		{ heading: "two", checks: [holds] },
	];
	expect(await runSections(sections, never)).toEqual({ passed: 1, failed: 3 });
	expect(printed).toEqual([
		"\none",
		"  ✗ fails",
		"      the tag is gone",
		"      the other 2 of this section were not tried",
		"\ntwo",
		"  ✓ holds",
	]);
});

test("an interrupt lets the check under way end, puts right what is away and tries no other", async () => {
	const interrupt = new AbortController();
	const done: string[] = [];
	const sections = [
		{
			heading: "home away",
			checks: [
				{
					promise: "is interrupted",
					run: async () => {
						interrupt.abort(new Error("interrupted"));
						done.push("run");
					},
				},
				{
					promise: "is not tried",
					run: async () => {
						done.push("not to be run");
					},
				},
			],
			restore: async () => {
				done.push("restored");
			},
		},
	];
	await expect(runSections(sections, interrupt.signal)).rejects.toThrow(
		"interrupted",
	);
	expect(done).toEqual(["run", "restored"]);
});
