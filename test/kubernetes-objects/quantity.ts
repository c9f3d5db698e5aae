// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const QUANTITY =
	/^(?<number>[+-]?(?:\d+\.?\d*|\.\d+))(?<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * The number behind a quantity: `250m` is 0.25, `1Ki` is 1024.
 *
 * @returns nothing for what is no quantity
 */
export function parseQuantity(text: string | number): number | undefined {
	const { number, suffix = "" } = QUANTITY.exec(String(text))?.groups ?? {};
	if (number === undefined) return undefined;
	if (/^[eE][+-]?\d/.test(suffix))
		return Number(number) * 10 ** Number(suffix.slice(1));
	if (BINARY.includes(suffix))
		return Number(number) * 1024 ** BINARY.indexOf(suffix);
	return Number(number) * 1000 ** (DECIMAL.indexOf(suffix) - 3);
}
