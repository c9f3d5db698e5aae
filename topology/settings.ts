import type { Estate, EstateSpec } from "./estate.ts";

/** Every setting of an estate by its place in the configuration, defaults filled in, each as text. */
export type Settings = Readonly<Record<string, string>>;

/**
 * What the configuration decides and what follows from its defaults, so that a changed default shows as
 * a changed value does.
 *
 * @param spec the description as its schema gives it
 * @param estate compiled from it
 */
export function settingsOf(spec: EstateSpec, estate: Estate): Settings {
	const derived = estate.registries.map(
		({ name, retention, naming, requiredLabels, createOnlyTags, deletes }) => [
			name,
			{
				...(retention && { retention }),
				names: naming.names,
				tags: naming.tags,
				requiredLabels,
				createOnlyTags,
				deletes,
			},
		],
	);
	const upstreams = estate.registries.flatMap(({ name, upstream }) =>
		upstream ? [[name, upstream.registry]] : [],
	);
	return Object.fromEntries([
		...leaves("", spec),
		...leaves("registries", Object.fromEntries(derived)),
		...leaves("upstreams", Object.fromEntries(upstreams)),
		...leaves(
			"stores",
			Object.fromEntries(
				estate.stores.map(({ name, durability }) => [name, durability]),
			),
		),
	]);
}

/** Lists of plain values are one setting; everything else is taken apart. */
function leaves(path: string, value: unknown): readonly [string, string][] {
	if (value === undefined) return [];
	const plain =
		value === null ||
		typeof value !== "object" ||
		(Array.isArray(value) && value.every((item) => typeof item !== "object"));
	if (plain) return [[path, text(value)]];
	return Object.entries(value).flatMap(([key, inner]) =>
		leaves(path === "" ? key : `${path}.${key}`, inner),
	);
}

const text = (value: unknown): string =>
	Array.isArray(value)
		? value.length === 0
			? "none"
			: value.join(", ")
		: String(value);

/** One setting that is not what it was. */
export interface SettingChange {
	readonly path: string;
	/** Absent where it was not set. */
	readonly before?: string;
	/** Absent where it is set no longer. */
	readonly after?: string;
}

/** The settings that differ, by their place. */
export function settingChanges(
	before: Settings,
	after: Settings,
): readonly SettingChange[] {
	const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
	return [...paths].sort().flatMap((path): SettingChange[] => {
		const was = before[path];
		const is = after[path];
		if (was === is) return [];
		return [
			{
				path,
				...(was !== undefined && { before: was }),
				...(is !== undefined && { after: is }),
			},
		];
	});
}
