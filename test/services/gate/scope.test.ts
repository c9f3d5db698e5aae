import { describe, expect, test } from "vitest";
import { parseScopes } from "../../../services/gate/scope.ts";

describe("parseScopes", () => {
	test("reads repeated scopes and scopes separated by spaces alike", () => {
		expect(
			parseScopes([
				"repository:a:pull repository:b:pull,push",
				"registry:catalog:*",
			]),
		).toEqual([
			{ type: "repository", name: "a", actions: ["pull"] },
			{ type: "repository", name: "b", actions: ["pull", "push"] },
			{ type: "registry", name: "catalog", actions: ["*"] },
		]);
	});

	test("reads a type with its deprecated class as the type", () => {
		expect(parseScopes(["repository(plugin):a/b:pull"])).toEqual([
			{ type: "repository", name: "a/b", actions: ["pull"] },
		]);
	});

	test("takes the port of a host in a name as part of the name", () => {
		expect(parseScopes(["repository:host:5000/app:pull"])).toEqual([
			{ type: "repository", name: "host:5000/app", actions: ["pull"] },
		]);
	});

	test.each([
		"",
		"repository",
		"repository:a",
		":a:pull",
		"REPO:a:pull",
		"x(:a:pull",
	])("leaves out '%s', which is not a scope", (scope) => {
		expect(parseScopes([scope])).toEqual([]);
	});

	test("refuses a 65th scope", () => {
		const scopes = Array.from(
			{ length: 65 },
			(_, i) => `repository:a${i}:pull`,
		);
		expect(parseScopes(scopes.slice(1))).toHaveLength(64);
		expect(() => parseScopes(scopes)).toThrow(
			"scope names 65 resources: expected at most 64",
		);
	});

	test("refuses a scope of more than 1024 characters", () => {
		const fitting = `repository:${"a".repeat(1008)}:pull`;
		expect(parseScopes([fitting])).toHaveLength(1);
		expect(() => parseScopes([`${fitting}x`])).toThrow(
			"scope has 1025 characters: expected at most 1024",
		);
	});
});
