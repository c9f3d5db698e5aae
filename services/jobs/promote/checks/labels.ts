import { type Check, findingOf } from "./check.ts";

/** Every platform carries all required labels, and none of them is empty. */
export const checkLabels: Check = ({ platforms }, { policy }) =>
	findingOf(
		policy.labels.flatMap((label) => {
			const without = platforms.filter(({ labels }) => !labels[label]?.trim());
			if (without.length === 0) return [];
			const where = without.map(({ platform }) => platform).join(", ");
			return [
				`label ${label} is missing on ${where}; expected it as a label or annotation. Fix: build with --label ${label}=…`,
			];
		}),
	);
