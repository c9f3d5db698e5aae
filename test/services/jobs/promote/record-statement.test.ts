import { describe, expect, test } from "vitest";
import {
	type PromotionRecord,
	recordedTags,
	recordStatement,
} from "../../../../services/jobs/promote/record-statement.ts";
import { A, B } from "./manifest-harness.ts";

const APP = "team/app";
const record: PromotionRecord = {
	repository: APP,
	digest: A,
	tags: [
		{ tag: "1.0.0", file: "m.yaml", path: "[0]" },
		{ tag: "1.0", file: "r.yaml", path: "rules[0]", sourceTag: "main-1-abc" },
	],
	source: "ci.test",
	destination: "prod.test",
	promotedBy: "promoter",
	promotedAt: "2026-11-24T12:00:00.000Z",
	commit: "c".repeat(40),
	checks: {
		passed: ["labels"],
		lowered: [{ check: "sbom", owner: "team-base", reason: "soon" }],
		signer: "ci",
	},
};
const statement = recordStatement(record);

test("a record says who promoted what, when, from where, why and after which checks", () => {
	expect(statement).toEqual({
		_type: "https://in-toto.io/Statement/v1",
		subject: [{ name: APP, digest: { sha256: "a".repeat(64) } }],
		predicateType: "urn:registry-tiers:promotion:v1",
		predicate: {
			tags: record.tags,
			source: "ci.test",
			destination: "prod.test",
			promotedBy: "promoter",
			promotedAt: "2026-11-24T12:00:00.000Z",
			commit: "c".repeat(40),
			checks: record.checks,
		},
	});
});

test("its tags are read back", () => {
	expect(recordedTags(statement, APP, A)).toEqual(["1.0.0", "1.0"]);
});

describe("it records nothing", () => {
	test.each([
		["about another image", APP, B],
		["about another repository", "team/other", A],
	])("%s", (_, repository, digest) => {
		expect(recordedTags(statement, repository, digest)).toEqual([]);
	});

	const [subject] = [{ name: APP, digest: { sha256: "a".repeat(64) } }];
	test.each([
		["when it is of another type", { predicateType: "https://slsa.dev/x" }],
		["when it is about two images", { subject: [subject, subject] }],
		["when it is about none", { subject: [] }],
		["when it has no tags", { predicate: {} }],
		["when its tags are no tags", { predicate: { tags: ["1.0.0"] } }],
	])("%s", (_, change) => {
		expect(recordedTags({ ...statement, ...change }, APP, A)).toEqual([]);
	});

	test.each([undefined, null, 1, "x", []])("when it is %j", (statement) => {
		expect(recordedTags(statement, APP, A)).toEqual([]);
	});
});
