import { drawSvg } from "./drawing.ts";
import type { Level } from "./findings.ts";
import type { Cell, Page, Section, StackPage, Table } from "./page.ts";
import { STYLE } from "./style.ts";

const LEVEL_WORDS: Readonly<Record<Level, string>> = {
	fails: "must not be",
	danger: "look closely",
	look: "note",
};

/** The plan as one page for a browser: it loads nothing, runs nothing and is readable on a phone. */
export async function renderHtml({
	title,
	verdict,
	stacks,
}: Page): Promise<string> {
	const bodies: string[] = [];
	for (const stack of stacks) bodies.push(await stackHtml(stack));
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${text(title)}</h1><p class="verdict">${text(verdict)}</p></header>
<main>
${bodies.join("\n")}
</main>
</body>
</html>
`;
}

async function stackHtml({
	stack,
	summary,
	findings,
	sections,
}: StackPage): Promise<string> {
	const parts: string[] = [];
	for (const section of sections) parts.push(await sectionHtml(stack, section));
	const list = findings.map(
		({ level, text: what }) =>
			`<li class="${level}"><strong>${LEVEL_WORDS[level]}</strong> ${text(what)}</li>`,
	);
	return `<section aria-label="stack ${text(stack)}">
<h2>${text(stack)}</h2>
<p>${text(summary)}</p>
${list.length > 0 ? `<ul class="findings">${list.join("\n")}</ul>` : ""}
${parts.join("\n")}
</section>`;
}

async function sectionHtml(
	stack: string,
	{ title, tables, picture }: Section,
): Promise<string> {
	const name = `${stack}: ${title}`;
	const drawing = picture
		? scrollable(`${stack}: picture`, await drawSvg(picture, text(name)))
		: "";
	return `<details><summary>${text(title)}</summary>
${drawing}${tables.map((table) => tableHtml(stack, table)).join("\n")}
</details>`;
}

function tableHtml(stack: string, { caption, head, rows }: Table): string {
	const header = head
		.map((name) =>
			name === ""
				? '<th scope="col"><span class="hidden">state</span></th>'
				: `<th scope="col">${text(name)}</th>`,
		)
		.join("");
	const body = rows
		.map((row) => `<tr>${row.map(cellHtml).join("")}</tr>`)
		.join("\n");
	return scrollable(
		`${stack}: ${caption}`,
		`<table><caption>${text(caption)}</caption><thead><tr>${header}</tr></thead><tbody>
${body}
</tbody></table>`,
	);
}

function cellHtml({ text: content, tone }: Cell, column: number): string {
	const mark = tone ? ` class="${tone}"` : "";
	return column === 0
		? `<th scope="row"${mark}>${text(content)}</th>`
		: `<td${mark}>${text(content)}</td>`;
}

/** What is wider than the page scrolls on its own, with the keyboard too. */
const scrollable = (label: string, content: string) =>
	`<div class="wide" role="group" aria-label="${text(label)}" tabindex="0">${content}</div>`;

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
};

const text = (content: string) =>
	content.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
