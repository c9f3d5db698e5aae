import { expect, test } from "vitest";
import { renderMarkdown } from "../../../toolchain/plan/markdown.ts";
import { longPage, page } from "./page.ts";

test("says the verdict and what a reviewer has to know first, and folds the rest", () => {
	expect(
		renderMarkdown(page()),
	).toBe(`### <code>Plan against main (0123456789)</code>

**1 change needs a close look.**

**<code>dev</code>**: resources: 1 replaced

- 🛑 **must not be** <code>TI-01: 'x' is open</code>
- 🔴 <code>sandbox-storage is replaced</code>
- • <code>registry prod-us is new</code>

<details><summary>dev: Who may do what (1 change)</summary>

**Who may do what**

| registry | ci |  |
|-|-|-|
| prod | 🟢 pull, +create | – |

</details>

`);
});

test("mentions nobody, links nowhere and closes nothing, whatever the texts are", () => {
	const text = "@team </details> [x](https://x) `a` | b\nc <!--";
	const [stack] = page().stacks;
	if (!stack) throw new Error("no stack");
	const written = renderMarkdown(
		page({
			stacks: [{ ...stack, findings: [{ level: "look", text }], sections: [] }],
		}),
	);
	expect(written).toContain(
		"- • <code>&#64;team &#60;/details&#62; &#91;x&#93;(https://x) &#96;a&#96; &#124; b&#10;c &#60;&#33;--</code>",
	);
});

test("stays below what a comment takes, with everything that is open closed and the missing counted", () => {
	const written = renderMarkdown(longPage(3000));
	expect(written.length).toBeLessThan(65_536);
	expect(written.split("<details>").length).toBe(
		written.split("</details>").length,
	);
	expect(written).toMatch(/… and \d+ more, on the page for browsers/);
	// What does not fit is said once, and no part follows that would look complete.
	expect(written).not.toContain("prod: Resources");
});
