import { imagePaths } from "../graph.ts";
import type { Invariant } from "./invariant.ts";

export const noPathFromSandboxToProd: Invariant = {
	id: "TI-07",
	statement: "nothing from Sandbox can reach Prod, and Sandbox keeps nothing",
	remedy:
		"let no principal read Sandbox and write elsewhere, keep its network apart, and its store disposable",
	broken: (estate) => {
		const names = (tier: string) =>
			estate.registries.filter((r) => r.tier === tier).map((r) => r.name);
		const prod = new Set<string>(names("prod"));
		const paths = names("sandbox").flatMap((from) =>
			imagePaths(estate, from)
				.filter((path) => prod.has(path.at(-1) ?? ""))
				.map((path) => `images can travel ${path.join(" → ")}`),
		);
		const shared = estate.segments
			.filter(
				({ members }) =>
					names("sandbox").some((n) => members.includes(`registry:${n}`)) &&
					[...prod].some((n) => members.includes(`registry:${n}`)),
			)
			.map(({ name }) => `network '${name}' holds both Sandbox and Prod`);
		const kept = estate.stores
			.filter(
				({ tier, durability }) => tier === "sandbox" && durability === "kept",
			)
			.map(({ name }) => `the Sandbox store '${name}' is kept`);
		return [...paths, ...shared, ...kept];
	},
};
