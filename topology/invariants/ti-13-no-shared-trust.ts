import { type Estate, registriesOf } from "../estate.ts";
import type { Invariant } from "./invariant.ts";

export const noSharedTrust: Invariant = {
	id: "TI-13",
	statement:
		"a token of one registry is worth nothing at another: audience, issuer and key are its own",
	remedy:
		"give each registry a token service, issuer and signing key of its own",
	broken: (estate) => [
		...(["service", "issuer", "key"] as const).flatMap((field) =>
			repeated(estate, field),
		),
		...foreignKeys(estate),
	],
};

function repeated(
	{ registries }: Estate,
	field: "service" | "issuer" | "key",
): string[] {
	const byValue = Map.groupBy(registries, (registry) => registry[field]);
	return [...byValue]
		.filter(([, users]) => users.length > 1)
		.map(
			([value, users]) =>
				`${users.map(({ name }) => name).join(" and ")} share the ${field} '${value}'`,
		);
}

function foreignKeys(estate: Estate): string[] {
	return estate.gates.flatMap(({ name, keys }) => {
		const own = new Set(registriesOf(estate, name).map(({ key }) => key));
		return keys
			.filter((key) => !own.has(key))
			.map((key) => `gate '${name}' holds the key '${key}' of another gate`);
	});
}
