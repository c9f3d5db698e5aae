import type { Level } from "./findings.ts";
import type { Cell, Page, Section, Table, Tone } from "./page.ts";

/** GitHub takes comments of 65,536 characters; some room is left for what is put around it. */
const LONGEST = 60 * 1024;
/** Room for the ends of what is open and for saying that something is missing. */
const RESERVE = 1024;
/** Findings of all stacks together take at most so much: the tables are the place for more. */
const LONGEST_FINDINGS = 24 * 1024;

const SIGNS: Readonly<Record<Level, string>> = {
	fails: "🛑 **must not be**",
	danger: "🔴",
	look: "•",
};

/**
 * The plan as Markdown for a comment on a pull request: the verdict, what a reviewer has to know, then
 * everything else folded. What does not fit into a comment is counted.
 */
export function renderMarkdown({ title, verdict, stacks }: Page): string {
	const text = new Text();
	text.add(`### ${code(title)}`, "", `**${words(verdict)}**`, "");
	for (const { stack, summary, findings } of stacks) {
		text.add(`**${code(stack)}**: ${words(summary)}`, "");
		text.fill(
			findings.map(({ level, text }) => `- ${SIGNS[level]} ${code(text)}`),
			LONGEST_FINDINGS,
		);
		if (findings.length > 0) text.add("");
	}
	for (const { stack, sections } of stacks) {
		for (const section of sections) addSection(text, stack, section);
	}
	return text.written;
}

function addSection(
	text: Text,
	stack: string,
	{ title, tables, picture }: Section,
): void {
	// The picture is on the page for browsers: a comment takes no drawings.
	if ((tables.length === 0 && picture) || text.isCut) return;
	text.add(`<details><summary>${words(`${stack}: ${title}`)}</summary>`, "");
	for (const table of tables) if (!text.isCut) addTable(text, table);
	text.add("</details>", "");
}

function addTable(text: Text, { caption, head, rows }: Table): void {
	text.add(
		`**${words(caption)}**`,
		"",
		`| ${head.map(words).join(" | ")} |`,
		`|${"-|".repeat(head.length)}`,
	);
	text.fill(
		rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
		LONGEST,
	);
	text.add("");
}

const MARKS: Readonly<Record<Tone, string>> = {
	added: "🟢 ",
	removed: "⚪ ",
	changed: "🟡 ",
	danger: "🔴 ",
	good: "",
};

const cell = ({ text, tone }: Cell) =>
	`${tone && text !== "" ? MARKS[tone] : ""}${/^[a-z ,;+−–-]*$/.test(text) ? text : code(text)}`;

class Text {
	written = "";
	/** Something is missing: what follows would look complete. */
	isCut = false;

	add(...lines: readonly string[]): void {
		this.written += lines.map((line) => `${line}\n`).join("");
	}

	/** As many of the lines as fit, and how many do not. */
	fill(lines: readonly string[], longest: number): void {
		if (this.isCut) return;
		for (const [i, line] of lines.entries()) {
			const room = Math.min(longest, LONGEST) - RESERVE - this.written.length;
			if (line.length > room) {
				this.add(
					"",
					`… and ${lines.length - i} more, on the page for browsers`,
				);
				this.isCut = longest === LONGEST;
				return;
			}
			this.add(line);
		}
	}
}

/**
 * Text from anywhere: as code it mentions nobody and links nowhere, and whatever means something in
 * Markdown or HTML is written as a number.
 */
const code = (text: string) => `<code>${words(text)}</code>`;

const words = (text: string) =>
	text.replace(
		/[^A-Za-z0-9 .,:;/()='"+%…–−-]/gu,
		(character) => `&#${character.codePointAt(0)};`,
	);
