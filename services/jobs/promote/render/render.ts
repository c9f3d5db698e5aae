import type { Terminal } from "../../progress.ts";
import { type PromotionReport, renderReport } from "../report.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./table.ts";

/** How a report is asked for. @default - a table on a terminal, lines elsewhere */
export interface ReportFormat {
	readonly json?: boolean;
	readonly markdown?: boolean;
}

/** The report in the form that was asked for. */
export function renderAs(
	report: PromotionReport,
	{ json, markdown }: ReportFormat,
	{ columns }: Terminal,
): string {
	if (json) return `${JSON.stringify(report)}\n`;
	if (markdown) return renderMarkdown(report);
	// Only a terminal has columns.
	return columns === undefined
		? renderReport(report)
		: renderTable(report, columns);
}
