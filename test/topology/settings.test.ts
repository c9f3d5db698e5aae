import { expect, test } from "vitest";
import { settingChanges } from "../../topology/settings.ts";

test("settings that differ are told with both values, by their place", () => {
	expect(
		settingChanges(
			{ "a.days": "7", "a.keep": "0", gone: "x" },
			{ "a.days": "3", "a.keep": "0", "b.open": "true" },
		),
	).toEqual([
		{ path: "a.days", before: "7", after: "3" },
		{ path: "b.open", after: "true" },
		{ path: "gone", before: "x" },
	]);
});
