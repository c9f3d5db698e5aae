const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes for people, e.g. `1.5 GiB`. */
export function renderBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
