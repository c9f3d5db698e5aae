import { describe, expect, test } from "vitest";
import { parseExceptions } from "../../policies/exceptions.ts";
import { judge } from "../../policies/judge.ts";
import { parseLevels } from "../../policies/levels.ts";
import {
	describeExcepted,
	describeFinding,
	describeUnneeded,
	stops,
} from "../../policies/report.ts";
import { resource } from "./fixtures/fixture.ts";

const door = resource("docker:index/container:Container", "door", {
	image: `sha256:${"ab".repeat(32)}`,
	capabilities: { drops: ["ALL"] },
	securityOpts: ["no-new-privileges"],
	readOnly: true,
	restart: "always",
	memory: 64,
	healthcheck: { tests: ["CMD", "true"] },
	ports: [{ external: 80 }],
});

const exception = {
	rule: "D-01",
	stack: "test",
	resource: "door",
	owner: "platform",
	reason: "visitors come from outside this week",
	expires: "2026-11-30",
};

const judged = (
	options: Partial<Parameters<typeof judge>[1]> = {},
	resources = [door],
) =>
	judge(resources, {
		levels: {},
		exceptions: [],
		day: "2026-11-24",
		...options,
	});

describe("a broken rule", () => {
	test("stops a deployment, and says what is wrong, what was expected and what to do", () => {
		const judgement = judged();
		expect(stops(judgement)).toBe(true);
		expect(judgement.broken.map(describeFinding)).toEqual([
			"D-01: Container 'door': 80 is published on 0.0.0.0; expected: a container publishes ports on the loopback interface alone. Fix: set ip: \"127.0.0.1\" for the port",
		]);
	});

	test("stops nothing where it is only advice", () => {
		const judgement = judged({ levels: { "D-01": "advisory" } });
		expect(stops(judgement)).toBe(false);
		expect(judgement.broken.map(({ level }) => level)).toEqual(["advisory"]);
	});

	test("is not looked for where it is disabled", () => {
		expect(judged({ levels: { "D-01": "disabled" } }).broken).toEqual([]);
	});
});

describe("an exception", () => {
	test("is reported with its owner, end and reason, to its last day", () => {
		const { broken, excepted } = judged({
			exceptions: [exception],
			day: "2026-11-30",
		});
		expect(broken).toEqual([]);
		expect(excepted.map(describeExcepted)).toEqual([
			"D-01: 'door': 80 is published on 0.0.0.0; excepted by platform until 2026-11-30: visitors come from outside this week",
		]);
	});

	test("that ended counts no more, and is named", () => {
		const judgement = judged({ exceptions: [exception], day: "2026-12-01" });
		expect(judgement.excepted).toEqual([]);
		expect(stops(judgement)).toBe(true);
		expect(judgement.broken.map(describeFinding)).toEqual([
			expect.stringMatching(
				/ \(the exception of platform ended on 2026-11-30\)$/,
			),
		]);
	});

	test.each([{ rule: "D-02" }, { stack: "dev" }, { resource: "doors" }])(
		"is about one rule, one stack and one resource: $rule$stack$resource",
		(other) => {
			const { broken, excepted } = judged({
				exceptions: [{ ...exception, ...other }],
			});
			expect(excepted).toEqual([]);
			expect(broken).toHaveLength(1);
		},
	);

	test("that nothing needs is named, in its own stack", () => {
		const unneeded = { ...exception, rule: "D-02" };
		const elsewhere = { ...unneeded, stack: "dev" };
		expect(
			judged({ exceptions: [unneeded, elsewhere] }).unneeded.map(
				describeUnneeded,
			),
		).toEqual([
			"D-02: nothing breaks it at 'door' any more: platform may take the exception out of policies/exceptions.json",
		]);
	});
});

describe("the list of exceptions", () => {
	test("is refused with every problem at once", () => {
		const { owner: _, ...ownerless } = exception;
		expect(() =>
			parseExceptions(
				[
					ownerless,
					{ ...exception, rule: "D-99" },
					{ ...exception, reason: "because" },
					{ ...exception, expires: "never" },
				],
				"policies/exceptions.json",
			),
		).toThrow(
			/^policies\/exceptions\.json is not a valid list:\n {2}0\.owner: .*\n {2}1\.rule: .*\n {2}2\.reason: expected a sentence that convinces a reader\n {2}3\.expires: .*$/,
		);
	});
});

describe("the levels", () => {
	test("are refused for rules there are not, and in words there are not", () => {
		expect(() =>
			parseLevels({ "D-01": "off" }, "policies/levels.json"),
		).toThrow(/^policies\/levels\.json has no valid levels:\n {2}D-01: .*$/);
		expect(() =>
			parseLevels({ "D-99": "advisory" }, "policies/levels.json"),
		).toThrow(/^policies\/levels\.json has no valid levels:\n {2}.*$/);
	});
});
