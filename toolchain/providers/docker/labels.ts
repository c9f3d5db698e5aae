/** One label as the provider takes it; the engine API wants a map. */
export interface Label {
	readonly label: string;
	readonly value: string;
}

/** Labels as the engine API takes them. */
export function labelMap(
	labels: readonly Label[] = [],
): Record<string, string> {
	return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}
