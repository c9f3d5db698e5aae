/** Something a tier cannot do as it is described. Never done half or left out in silence. */
export class UnsupportedError extends Error {
	override readonly name = "UnsupportedError";

	/**
	 * @param tier the registry that lacks it
	 * @param feature what was asked for, and why it cannot be
	 * @param remedy what to change, as an order
	 */
	constructor(tier: string, feature: string, remedy: string) {
		super(`${tier}: unsupported: ${feature}. Fix: ${remedy}`);
	}
}
