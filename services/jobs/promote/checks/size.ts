import { renderBytes } from "../../bytes.ts";
import { type Check, findingOf } from "./check.ts";

const MIB = 1024 * 1024;

/** No layer and no image is larger than allowed, by the descriptors, which copying proves right. */
export const checkSize: Check = ({ layers }, { policy }) => {
	const sizes = [...layers.values()];
	const largest = Math.max(0, ...sizes);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	return findingOf([
		...tooLarge("largest layer", largest, policy.maxLayerMiB),
		...tooLarge("image", total, policy.maxImageMiB),
	]);
};

function tooLarge(what: string, size: number, maxMiB: number): string[] {
	if (size <= maxMiB * MIB) return [];
	return [
		`the ${what} has ${renderBytes(size)}; expected at most ${maxMiB} MiB. Fix: leave out what production does not need`,
	];
}
