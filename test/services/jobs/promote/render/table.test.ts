import { expect, test } from "vitest";
import { renderTable } from "../../../../../services/jobs/promote/render/table.ts";
import { item, reportOf } from "./report-harness.ts";

const WHERE = 'web/a.yaml:images[0].dmap["sha256:aaaaaaaaaaaa…"][0]';

test("what needs somebody stands first, each reason below its item", () => {
	const report = reportOf(
		[
			item,
			{ ...item, tag: "1.0.1", outcome: "present" },
			{
				...item,
				repository: "team/longer-name",
				outcome: "refused",
				reason: "tag 1.0.0 is already at prod-rw.home.test:8080 = sha256:b",
			},
		],
		{ problems: ["b.yaml: bad"], notes: ["nobody asks for team/app:0.9.0"] },
	);
	expect(renderTable(report, 60).split("\n")).toEqual([
		"b.yaml: bad",
		"outcome  image                   digest                asked for by",
		`refused  team/longer-name:1.0.0  sha256:aaaaaaaaaaaa…  ${WHERE}`,
		"          tag 1.0.0 is already at prod-rw.home.test:8080 =",
		"          sha256:b",
		`planned  team/app:1.0.0          sha256:aaaaaaaaaaaa…  ${WHERE}`,
		`present  team/app:1.0.1          sha256:aaaaaaaaaaaa…  ${WHERE}`,
		"note: nobody asks for team/app:0.9.0",
		"1 to promote, 1 already there, 1 refused, 0 failed, 1 bad entries; 0.1 s",
		"",
	]);
});

test("a rule is named with the tag it found, and a lowered check with who answers for it", () => {
	const found = {
		...item,
		path: "rules[0]",
		sourceTag: "1.0.0-0a1b2c3",
		checks: {
			passed: [],
			lowered: [{ check: "sbom", owner: "team-legacy", reason: "until March" }],
		},
	} as const;
	expect(
		renderTable(reportOf([found]), 120)
			.split("\n")
			.slice(1, 3),
	).toEqual([
		"planned  team/app:1.0.0  sha256:aaaaaaaaaaaa…  web/a.yaml:rules[0] found 1.0.0-0a1b2c3",
		"          not checked for sbom: team-legacy answers for it: until March",
	]);
});

test("an image that is not known yet has no digest", () => {
	const { digest: _, ...unknown } = item;
	const report = reportOf([{ ...unknown, path: "rules[0]", outcome: "held" }]);
	expect(renderTable(report, 80).split("\n")[1]).toBe(
		"held     team/app:1.0.0          web/a.yaml:rules[0]",
	);
});

test("without items there is no table", () => {
	expect(renderTable(reportOf([]), 80)).toBe(
		"0 to promote, 0 already there, 0 refused, 0 failed, 0 bad entries; 0.1 s\n",
	);
});

test("5,000 items take less than half a second", () => {
	const items = Array.from({ length: 5_000 }, (_, i) => ({
		...item,
		tag: `1.0.${i}`,
	}));
	const started = performance.now();
	expect(renderTable(reportOf(items), 80).split("\n")).toHaveLength(5_003);
	expect(performance.now() - started).toBeLessThan(500);
});
