import { parse } from "yaml";

/** How one test of the suite ended. */
export interface SuiteTest {
	/** Full path, e.g. `OCI Conformance Test/image/push/manifest-by-tag`. */
	readonly name: string;
	/** `unsupported`: the registry said in an allowed way that it does not do this. */
	readonly outcome: "passed" | "failed" | "unsupported" | "disabled";
	/** What went wrong or is unsupported; empty otherwise. */
	readonly detail: string;
}

/** The suite's own count. One test may count several times, e.g. for a delete and for its effect. */
export interface SuiteCounts {
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
	readonly disabled: number;
}

export interface SuiteReport {
	readonly counts: SuiteCounts;
	readonly tests: readonly SuiteTest[];
	/** The configuration the suite says it used, without credentials. */
	readonly config: unknown;
}

/**
 * Reads two of the three reports the suite writes.
 *
 * @param junit content of `junit.xml`
 * @param results content of `results.yaml`
 * @throws when the first is not such a report
 */
export function parseReport(junit: string, results: string): SuiteReport {
	const document = parse(results) as { readonly config?: unknown } | null;
	return {
		counts: parseCounts(junit),
		tests: parseTests(junit),
		config: document?.config,
	};
}

function parseCounts(junit: string): SuiteCounts {
	const [root] = /<testsuites [^>]*>/.exec(junit) ?? [];
	if (root === undefined) throw new Error("junit.xml has no <testsuites>");
	const count = (name: string) =>
		Number(new RegExp(` ${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
	const failed = count("failures") + count("errors");
	const skipped = count("skipped");
	const disabled = count("disabled");
	return {
		passed: count("tests") - failed - skipped - disabled,
		failed,
		skipped,
		disabled,
	};
}

// Go's encoder escapes every `<`, `>` and `"` of names and output, so these can only be markup.
const TEST_CASE = /<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs;

function parseTests(junit: string): readonly SuiteTest[] {
	return [...junit.matchAll(TEST_CASE)].map(([whole, name = "", content]) => {
		const status = / status="([a-z]+)"/.exec(whole)?.[1] ?? "";
		const [, output = ""] =
			/<system-out>(.*?)<\/system-out>/s.exec(content ?? "") ?? [];
		const detail = unescapeXml(output);
		return {
			name: unescapeXml(name),
			outcome: outcomeOf(status, detail),
			detail,
		};
	});
}

function outcomeOf(status: string, detail: string): SuiteTest["outcome"] {
	if (status === "passed") return "passed";
	// The report has one word for both; only what was tried says why it is unsupported.
	if (status === "skipped") return detail === "" ? "disabled" : "unsupported";
	return "failed";
}

const ENTITIES: Readonly<Record<string, string>> = {
	lt: "<",
	gt: ">",
	amp: "&",
	"#34": '"',
	"#39": "'",
	"#x9": "\t",
	"#xA": "\n",
	"#xD": "\r",
};

function unescapeXml(text: string): string {
	return text.replace(
		/&(#?\w+);/g,
		(entity, name: string) => ENTITIES[name] ?? entity,
	);
}
