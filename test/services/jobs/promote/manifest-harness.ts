import { formatProblem } from "../../../../services/jobs/problem.ts";
import {
	type PromotionManifestOptions,
	parsePromotions,
} from "../../../../services/jobs/promote/promotion-manifest.ts";

/** Digests of two images that nobody has. */
export const A = `sha256:${"a".repeat(64)}` as const;
export const B = `sha256:${"b".repeat(64)}` as const;

/** What a file named `m.yaml` asks for, in short, and its problems as they are printed. */
export function parse(text: string, options?: PromotionManifestOptions) {
	return parseFiles({ "m.yaml": text }, options);
}

/** The same of several files, by their names. */
export function parseFiles(
	files: Record<string, string>,
	options?: PromotionManifestOptions,
) {
	const { promotions, problems } = parsePromotions(
		Object.entries(files).map(([path, text]) => ({ path, text })),
		options,
	);
	return {
		wanted: promotions.map((p) => `${p.repository}:${p.tag}@${p.digest}`),
		problems: problems.map(formatProblem),
	};
}

/** An entry of a manifest; tags are written as they are given, quoted or not. */
export const entry = (name: string, digest: string, ...tags: string[]) =>
	`- name: ${name}\n  dmap:\n    "${digest}": [${tags.join(", ")}]\n`;
