/**
 * How often secrets were replaced. A generation that is raised makes a new secret at the next `up`;
 * the old one ends with it.
 */
export interface Rotation {
	/** Generation of a registry's signing key, by key name. @default - 1 */
	readonly keys: Readonly<Record<string, number>>;
	/** Generation of a password, by the account's secret name. @default - 1 */
	readonly secrets: Readonly<Record<string, number>>;
}

/** Nothing was ever replaced. */
export const FIRST_GENERATION: Rotation = { keys: {}, secrets: {} };

/** Generation of a secret, by its name. */
export const generationOf = (
	generations: Readonly<Record<string, number>>,
	name: string,
): number => generations[name] ?? 1;
