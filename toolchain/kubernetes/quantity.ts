// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const FACTORS: Readonly<Record<string, number>> = {
	n: 1e-9,
	u: 1e-6,
	m: 1e-3,
	"": 1,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 1e12,
	P: 1e15,
	E: 1e18,
	Ki: 2 ** 10,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
	Ti: 2 ** 40,
	Pi: 2 ** 50,
	Ei: 2 ** 60,
};

/**
 * The number a quantity stands for: cores, bytes or pieces.
 *
 * @throws for what is no quantity
 */
export function parseQuantity(quantity: string): number {
	const [, number, suffix = ""] =
		/^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(
			quantity,
		) ?? [];
	if (number === undefined)
		throw new Error(`not a quantity of Kubernetes, got '${quantity}'`);
	return Number(number) * (FACTORS[suffix] ?? 1);
}

/** Whether a sum is more than the bound, and not by the last bit of its fractions: 0.1 + 0.2 is not more than 0.3. */
export const exceeds = (sum: number, bound: number) =>
	sum - bound > Math.abs(bound) * 1e-9;

/** A number of cores as a person writes it: `1500m`. */
export const cores = (count: number) => `${Math.ceil(count * 1_000 - 1e-6)}m`;

/** A number of bytes in whole mebibytes: `640Mi`. */
export const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)}Mi`;
