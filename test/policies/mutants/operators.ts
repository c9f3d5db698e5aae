import ts from "typescript";

/** A small change of a rule's code that its fixtures must notice. */
export interface Mutant {
	readonly line: number;
	/** What was done, e.g. `negated condition`. */
	readonly operator: string;
	readonly from: string;
	readonly to: string;
	/** The whole file with the change. */
	readonly source: string;
}

interface Change {
	readonly operator: string;
	readonly start: number;
	readonly end: number;
	readonly to: string;
}

/** Every mutant of a file that the operators below make. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
	const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true);
	const changes: Change[] = [];
	visit(tree);
	return changes.map(({ operator, start, end, to }) => ({
		line: tree.getLineAndCharacterOfPosition(start).line + 1,
		operator,
		from: source.slice(start, end),
		to,
		source: source.slice(0, start) + to + source.slice(end),
	}));

	function visit(node: ts.Node): void {
		if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
		changes.push(...changesOf(node));
		node.forEachChild(visit);
	}
}

const SWAPS: Readonly<Record<string, string>> = {
	"===": "!==",
	"!==": "===",
	"<": "<=",
	"<=": "<",
	">": ">=",
	">=": ">",
	"&&": "||",
	"||": "&&",
};
const OPPOSITES: Readonly<Record<string, string>> = {
	some: "every",
	every: "some",
	startsWith: "endsWith",
	endsWith: "startsWith",
};

function changesOf(node: ts.Node): readonly Change[] {
	const replace = (operator: string, to: string, what = node): Change => ({
		operator,
		start: what.getStart(),
		end: what.getEnd(),
		to,
	});
	if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
		const condition = ts.isIfStatement(node) ? node.expression : node.condition;
		return [
			replace("negated condition", `!(${condition.getText()})`, condition),
		];
	}
	if (ts.isBinaryExpression(node)) {
		const swap = SWAPS[node.operatorToken.getText()];
		return swap ? [replace("swapped operator", swap, node.operatorToken)] : [];
	}
	if (ts.isPrefixUnaryExpression(node)) {
		return node.operator === ts.SyntaxKind.ExclamationToken
			? [replace("dropped negation", node.operand.getText())]
			: [];
	}
	if (ts.isPropertyAccessExpression(node)) {
		const opposite = OPPOSITES[node.name.text];
		const isCalled =
			ts.isCallExpression(node.parent) && node.parent.expression === node;
		return opposite && isCalled
			? [replace("swapped method", opposite, node.name)]
			: [];
	}
	if (ts.isArrayLiteralExpression(node)) {
		return node.elements.map((element) => ({
			...replace("dropped element", "", element),
			// With the comma behind it, so that no hole is left.
			end: endWithComma(element),
		}));
	}
	if (ts.isCaseClause(node)) {
		return [replace("dropped case", 'case "none":', labelOf(node))].map(
			(change) => ({ ...change, start: node.getStart() }),
		);
	}
	if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
		return [replace("dropped statement", ";")];
	}
	if (ts.isNumericLiteral(node)) {
		return [replace("changed number", `${Number(node.text) + 1}`)];
	}
	if (node.kind === ts.SyntaxKind.TrueKeyword)
		return [replace("changed truth", "false")];
	if (node.kind === ts.SyntaxKind.FalseKeyword)
		return [replace("changed truth", "true")];
	if (ts.isStringLiteral(node) && isCompared(node)) {
		return [replace("changed text", '"none"')];
	}
	return [];
}

/** `case "x":`, without what follows. */
function labelOf(node: ts.CaseClause): ts.Node {
	return node.getChildAt(2);
}

function endWithComma(element: ts.Node): number {
	const text = element.getSourceFile().text;
	const comma = /^\s*,/.exec(text.slice(element.getEnd()));
	return element.getEnd() + (comma?.[0].length ?? 0);
}

/** Texts that decide something, not those that are said. */
function isCompared({ parent }: ts.StringLiteral): boolean {
	return (
		(ts.isBinaryExpression(parent) &&
			["===", "!=="].includes(parent.operatorToken.getText())) ||
		(ts.isCallExpression(parent) &&
			ts.isPropertyAccessExpression(parent.expression) &&
			["includes", "startsWith", "endsWith"].includes(
				parent.expression.name.text,
			))
	);
}
