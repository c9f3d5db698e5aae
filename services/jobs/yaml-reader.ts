import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from "yaml";
import type { Finding } from "./manifest-rules.ts";
import { type Problem, shown } from "./problem.ts";

/** A place in a YAML file, or that nothing stands there. */
export type MaybeNode = ParsedNode | null | undefined;

/** Reads the maps and texts of one YAML file, and collects what is wrong with it. */
export class YamlReader {
	/** The file, as its author knows it. */
	readonly file: string;
	readonly problems: Problem[] = [];

	constructor(file: string) {
		this.file = file;
	}

	/** Takes note of something that is wrong at a place in the file. */
	report(path: string, finding: Finding): void {
		this.problems.push({ file: this.file, path, ...finding });
	}

	/**
	 * The values of a map by key; undefined when one of its keys is wrong, which is reported.
	 * `unknown` says what is wrong with a key that is not allowed.
	 */
	keys(
		node: YAMLMap,
		path: string,
		allowed: readonly string[],
		unknown: (key: string) => Finding = (key) => unknownKey(key, allowed),
	): ReadonlyMap<string, MaybeNode> | undefined {
		const keys = new Map<string, MaybeNode>();
		let isRight = true;
		for (const pair of node.items) {
			const key = isScalar(pair.key) ? String(pair.key.value) : "";
			const at = path === "" ? key : `${path}.${key}`;
			const finding = keys.has(key)
				? twice(key)
				: allowed.includes(key)
					? undefined
					: unknown(key);
			if (finding) {
				this.report(at, finding);
				isRight = false;
			}
			keys.set(key, pair.value as MaybeNode);
		}
		return isRight ? keys : undefined;
	}

	/** A text; undefined when it is something else, which is reported. `what` names it. */
	text(node: MaybeNode, path: string, what: string): string | undefined {
		if (isScalar(node) && typeof node.value === "string") return node.value;
		const source = isScalar(node) ? (node.source ?? "") : undefined;
		this.report(path, {
			what: `${what} is not text`,
			got: source ? `${kindOf(node)} ${source}` : kindOf(node),
			expected: `text`,
			fix: source ? `quote it: "${source}"` : `write the ${what} there`,
		});
		return undefined;
	}
}

/** The finding for a key that is not among the allowed ones. */
export function unknownKey(key: string, allowed: readonly string[]): Finding {
	return {
		what: "unknown key",
		got: shown(key),
		expected: allowed.join(" or "),
		fix: "correct or remove it",
	};
}

function twice(key: string): Finding {
	return {
		what: "key is there twice",
		got: shown(key),
		expected: "each key once",
		fix: "remove one of them",
	};
}

/** What stands at a place, as problems show it. */
export function kindOf(node: MaybeNode): string {
	if (isMap(node)) return node.items.length === 0 ? "an empty map" : "a map";
	if (isSeq(node)) return node.items.length === 0 ? "an empty list" : "a list";
	if (!isScalar(node) || node.value === null) return "nothing";
	const { value } = node;
	return typeof value === "string" ? shown(value) : typeof value;
}
