import { expect, test } from "vitest";
import { dotOf } from "../../../toolchain/plan/drawing.ts";
import { renderHtml } from "../../../toolchain/plan/html.ts";
import { page } from "./page.ts";

const written = await renderHtml(page());

test("loads nothing and runs nothing", () => {
	expect(written).toContain(
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
	);
	expect(written).not.toMatch(/<script|<link|\bsrc=|\bhref="(?!#)/);
});

test("draws the picture into the page, with what is new marked", () => {
	expect(written).toMatch(
		/<svg role="img" aria-label="dev: How images travel"/,
	);
	expect(written).toMatch(/class="node writer added"/);
	expect(written).toMatch(/class="edge added"/);
});

test("names the rows and columns of its tables", () => {
	expect(written).toContain('<th scope="col">registry</th>');
	expect(written).toContain('<th scope="row">prod</th>');
	expect(written).toContain('<td class="added">pull, +create</td>');
});

test("shows text as text", async () => {
	const [stack] = page().stacks;
	if (!stack) throw new Error("no stack");
	const evil = await renderHtml(
		page({
			title: "</title><script>",
			stacks: [
				{
					...stack,
					findings: [{ level: "look", text: '"><img src=x>' }],
					sections: [],
				},
			],
		}),
	);
	expect(evil).toContain("<title>&lt;/title&gt;&lt;script&gt;</title>");
	expect(evil).toContain("&quot;&gt;&lt;img src=x&gt;");
});

test("names with quotes and line breaks stay one name in the picture", () => {
	const node = {
		id: 'a"b\\',
		kind: "registry",
		label: "x\ny",
		presence: "same",
	} as const;
	expect(dotOf({ nodes: [node], edges: [] })).toContain(
		'"a\\"b\\\\" [label="x\\ny" shape=cylinder class="registry same"]',
	);
});
