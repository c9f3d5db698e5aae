import { expect, test } from "vitest";
import { renderMarkdown } from "../../../../../services/jobs/promote/render/markdown.ts";
import { item, reportOf } from "./report-harness.ts";

const WHERE =
	'<code>web/a.yaml:images&#91;0&#93;.dmap&#91;"sha256:aaaaaaaaaaaa…"&#93;&#91;0&#93;</code>';
const DIGEST = "<code>sha256:aaaaaaaaaaaa…</code>";

test("a summary comes first, then what needs somebody, then the rest, folded", () => {
	const report = reportOf(
		[
			item,
			{ ...item, tag: "1.0.1", outcome: "present" },
			{ ...item, tag: "1.0.2", outcome: "refused", reason: "it would move" },
		],
		{ problems: ["b.yaml: bad"], notes: ["nobody asks for it"] },
	);
	const head = ["| | image | digest | asked for by | |", "|-|-|-|-|-|"];
	expect(renderMarkdown(report).split("\n")).toEqual([
		"### Promotion from <code>ci-snapshots.home.test:8080</code> to <code>prod-rw.home.test:8080</code>",
		"",
		"1 to promote, 1 already there, 1 refused, 0 failed, 1 bad entries; 0.1 s",
		"",
		"**Bad entries**",
		"",
		"- <code>b.yaml: bad</code>",
		"",
		"**Refused or failed**",
		"",
		...head,
		`| refused | <code>team/app:1.0.2</code> | ${DIGEST} | ${WHERE} | <code>it would move</code> |`,
		"",
		"<details><summary>1 to promote</summary>",
		"",
		...head,
		`| planned | <code>team/app:1.0.0</code> | ${DIGEST} | ${WHERE} |  |`,
		"",
		"</details>",
		"",
		"<details><summary>1 already there</summary>",
		"",
		...head,
		`| present | <code>team/app:1.0.1</code> | ${DIGEST} | ${WHERE} |  |`,
		"",
		"</details>",
		"",
		"**Notes**",
		"",
		"- <code>nobody asks for it</code>",
		"",
	]);
});

test("nothing from a manifest or a registry is Markdown, HTML or a mention", () => {
	const reason =
		"a|b `c` <img src=x> @team *d* [e](http://f) \\ #1 ~g~ &lt;\n- h";
	const text = renderMarkdown(
		reportOf([{ ...item, outcome: "failed", reason }], { notes: [reason] }),
	);
	const shown =
		"<code>a&#124;b &#96;c&#96; &#60;img src=x&#62; &#64;team &#42;d&#42; &#91;e&#93;(http://f) &#92; &#35;1 &#126;g&#126; &#38;lt;&#10;- h</code>";
	expect(text.split(shown)).toHaveLength(3);
});

test.each(["planned", "refused"] as const)(
	"a comment has room for it: what does not fit of 5,000 %s items is counted",
	(outcome) => {
		const items = Array.from({ length: 5_000 }, (_, i) => ({
			...item,
			tag: `1.0.${i}`,
			outcome,
			...(outcome === "refused" && { reason: "it would move" }),
		}));
		const present = { ...item, outcome: "present" as const };
		const text = renderMarkdown(
			reportOf([...items, present], {
				problems: Array.from({ length: 50 }, () => "x".repeat(200)),
				notes: ["y".repeat(300)],
			}),
		);
		expect(Buffer.byteLength(text)).toBeLessThan(60 * 1024);
		const rows = text
			.split("\n")
			.filter((line) => line.startsWith(`| ${outcome}`));
		expect(text).toContain(`\n… and ${5_000 - rows.length} more\n`);
		expect(text.match(/<details>/g)?.length).toBe(
			text.match(/<\/details>/g)?.length,
		);
	},
);
