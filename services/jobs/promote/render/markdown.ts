import {
	type ItemResult,
	OUTCOMES,
	type Outcome,
	type PromotionReport,
	renderSummary,
} from "../report.ts";
import { askedBy, inOrder, remarksOn, shortDigest } from "./rows.ts";

/** GitHub takes comments of 65,536 characters; some room is left for what is put around it. */
const LONGEST = 60 * 1024;
/** Room for the ends of what is open and for saying that something is missing. */
const RESERVE = 2048;

const NEEDS_SOMEBODY: readonly Outcome[] = ["refused", "failed", "aborted"];

/** Headings of the parts that are folded, by outcome. */
const FOLDED = {
	held: "held",
	planned: "to promote",
	promoted: "promoted",
	present: "already there",
} as const satisfies Partial<Record<Outcome, string>>;

/**
 * The report as Markdown for a comment on a pull request: a summary, then what needs somebody, then
 * everything else folded. What does not fit into a comment is counted.
 */
export function renderMarkdown(report: PromotionReport): string {
	const { source, destination, problems, notes } = report;
	const items = inOrder(report.items);
	const page = new Page();
	page.add(`### Promotion from ${code(source)} to ${code(destination)}`);
	page.add("", renderSummary(report));
	page.list("Bad entries", problems);
	const urgent = items.filter(({ outcome }) =>
		NEEDS_SOMEBODY.includes(outcome),
	);
	page.table("Refused or failed", urgent);
	for (const outcome of OUTCOMES.filter(isFolded)) {
		const some = items.filter((item) => item.outcome === outcome);
		page.folded(`${some.length} ${FOLDED[outcome]}`, some);
	}
	page.list("Notes", notes);
	return page.text;
}

const isFolded = (outcome: Outcome): outcome is keyof typeof FOLDED =>
	outcome in FOLDED;

class Page {
	#text = "";

	get text(): string {
		return this.#text;
	}

	add(...lines: readonly string[]): void {
		this.#text += lines.map((line) => `${line}\n`).join("");
	}

	list(heading: string, entries: readonly string[]): void {
		if (entries.length === 0) return;
		this.add("", `**${heading}**`, "");
		this.#asMuchAsFits(entries.map((entry) => `- ${code(entry)}`));
	}

	table(heading: string, items: readonly ItemResult[]): void {
		if (items.length === 0) return;
		this.add("", `**${heading}**`, "");
		this.#rows(items);
	}

	folded(summary: string, items: readonly ItemResult[]): void {
		if (items.length === 0) return;
		this.add("", `<details><summary>${summary}</summary>`, "");
		this.#rows(items);
		this.add("", "</details>");
	}

	#rows(items: readonly ItemResult[]): void {
		this.add("| | image | digest | asked for by | |", "|-|-|-|-|-|");
		this.#asMuchAsFits(items.map(row));
	}

	#asMuchAsFits(lines: readonly string[]): void {
		for (const [i, line] of lines.entries()) {
			const room = LONGEST - RESERVE - Buffer.byteLength(this.#text);
			if (Buffer.byteLength(line) > room) {
				this.add("", `… and ${lines.length - i} more`);
				return;
			}
			this.add(line);
		}
	}
}

function row(item: ItemResult): string {
	const cells = [
		item.outcome,
		code(`${item.repository}:${item.tag}`),
		code(shortDigest(item.digest)),
		code(askedBy(item)),
		remarksOn(item).map(code).join("<br>"),
	];
	return `| ${cells.join(" | ")} |`;
}

/**
 * Text from manifests and registries: as code it mentions nobody and links nowhere, and whatever
 * means something in Markdown or HTML is written as a number.
 */
function code(text: string): string {
	if (text === "") return "";
	const literal = text.replace(
		/[^A-Za-z0-9 .,:;/()='"+%…-]/gu,
		(character) => `&#${character.codePointAt(0)};`,
	);
	return `<code>${literal}</code>`;
}
