import { compileEstate } from "../../topology/compile.ts";
import type { EstateSpec } from "../../topology/estate.ts";
import type { Problem } from "./problem.ts";

/** Rotations of keys and secrets the estate does not have. */
export function unknownSecrets(
	root: string,
	spec: EstateSpec,
): readonly Problem[] {
	const { gates } = compileEstate(spec);
	const known = {
		keys: gates.flatMap(({ keys }) => keys),
		secrets: gates.flatMap(({ accounts }) =>
			accounts.map(({ secret }) => secret),
		),
	};
	return (["keys", "secrets"] as const).flatMap((kind) =>
		Object.keys(spec.rotation[kind])
			.filter((name) => !known[kind].includes(name))
			.map((name) => ({
				path: `${root}.rotation.${kind}.${name}`,
				message: `no such name, got "${name}"; expected one of ${known[kind].join(" | ")}. Fix: remove it.`,
			})),
	);
}
