import {
	type Document,
	LineCounter,
	type Node,
	type ParsedNode,
	parseAllDocuments,
	visit,
} from "yaml";
import { type Problem, shown } from "./problem.ts";

/** The content of a YAML file, null when it has none, or what is wrong with the file as a whole. */
export type StrictYaml =
	| { readonly root: ParsedNode | null }
	| { readonly problems: readonly Problem[] };

type Finding = Pick<Problem, "what" | "got" | "expected" | "fix"> & {
	readonly line: number;
};

/**
 * Parses the plain part of YAML, which reads the same to people and machines: one document of maps,
 * lists and text. Anchors, aliases, merge keys and tags are refused, as are a byte order mark and
 * Windows line ends. Keys that are there twice are left to the reader, who knows what they spoil.
 */
export function parseStrictYaml(file: string, text: string): StrictYaml {
	const { root, findings } = parse(text);
	if (findings.length === 0) return { root };
	return {
		problems: findings.map(({ line, ...finding }) => ({
			file,
			path: `line ${line}`,
			...finding,
		})),
	};
}

interface Parsed {
	readonly root: ParsedNode | null;
	readonly findings: readonly Finding[];
}

function parse(text: string): Parsed {
	const encoding = encodingFinding(text);
	if (encoding) return { root: null, findings: [encoding] };
	const lines = new LineCounter();
	const lineAt = (offset: number) => lines.linePos(offset).line;
	const [document, second] = parseAllDocuments(text, {
		lineCounter: lines,
		version: "1.2",
		schema: "core",
		merge: false,
		uniqueKeys: false,
		logLevel: "silent",
	});
	const findings = document ? documentFindings(document, lineAt) : [];
	if (second) findings.push(secondDocument(lineAt(second.range[0])));
	return { root: document?.contents ?? null, findings };
}

function documentFindings(
	document: Document.Parsed,
	lineAt: (offset: number) => number,
): Finding[] {
	// The parser runs out of stack before anything here does, and says so.
	if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) {
		return [TOO_DEEP];
	}
	const findings = [...document.errors, ...document.warnings].map(
		({ message, pos }) => ({
			line: lineAt(pos[0]),
			what: "not plain YAML",
			got: shown(message.split(" at line ")[0]),
			expected: "maps, lists and text",
			fix: "correct the line",
		}),
	);
	if (findings.length > 0) return findings;
	const indirect = (node: Node, what: string, got: string) =>
		findings.push({
			line: lineAt(node.range?.[0] ?? 0),
			what,
			got: shown(got),
			expected: "everything written where it counts",
			fix: "write the value itself",
		});
	visit(document, {
		Alias: (_, node) => {
			indirect(node, "YAML alias", `*${node.source}`);
		},
		Value: (key, node) => {
			if (node.anchor) indirect(node, "YAML anchor", `&${node.anchor}`);
			if (node.tag) indirect(node, "YAML tag", node.tag);
			if (key === "key" && "value" in node && node.value === "<<") {
				indirect(node, "YAML merge key", "<<");
			}
		},
	});
	return findings;
}

function encodingFinding(text: string): Finding | undefined {
	if (text.startsWith("\uFEFF")) {
		return {
			line: 1,
			what: "byte order mark",
			got: shown("\uFEFF"),
			expected: "UTF-8 without one",
			fix: "save the file without BOM",
		};
	}
	const offset = text.indexOf("\r");
	if (offset < 0) return undefined;
	return {
		line: text.slice(0, offset).split("\n").length,
		what: "Windows line end",
		got: shown("\r"),
		expected: "line feeds alone",
		fix: "save the file with Unix line ends",
	};
}

function secondDocument(line: number): Finding {
	return {
		line,
		what: "second document",
		got: shown("---"),
		expected: "one document in each file",
		fix: "move it to a file of its own",
	};
}

const TOO_DEEP: Finding = {
	line: 1,
	what: "nested too deeply",
	got: "more levels than the parser follows",
	expected: "the few levels that people write",
	fix: "write the file anew",
};
