// Go's durations (https://pkg.go.dev/time#ParseDuration): the official provider takes and stores them.

const UNITS: Readonly<Record<string, number>> = {
	ns: 1,
	us: 1e3,
	µs: 1e3,
	ms: 1e6,
	s: 1e9,
	m: 60e9,
	h: 3600e9,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g;
const DURATION = /^(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;

/** Whether the text is a duration of zero or more, such as `0s`, `1m30s` or `1.5h`. */
export function isDuration(text: string): boolean {
	return DURATION.test(text);
}

/** Nanoseconds of a duration, the unit of the Docker Engine API. */
export function parseDuration(text: string): number {
	if (!isDuration(text))
		throw new Error(`"${text}" is not a duration such as 30s or 1m30s`);
	let nanoseconds = 0;
	for (const [, amount = "", unit = ""] of text.matchAll(PART))
		nanoseconds += Number(amount) * (UNITS[unit] ?? 0);
	return Math.round(nanoseconds);
}

/** A duration as Go prints it: `0s`, `500ms`, `1m30s`, `2h0m0s`. */
export function formatDuration(nanoseconds: number): string {
	if (nanoseconds === 0) return "0s";
	for (const unit of ["ns", "µs", "ms"] as const) {
		const size = UNITS[unit] ?? 1;
		if (nanoseconds < size * 1000) return `${nanoseconds / size}${unit}`;
	}
	const hours = Math.floor(nanoseconds / 3600e9);
	const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
	const seconds = `${(nanoseconds % 60e9) / 1e9}s`;
	if (hours > 0) return `${hours}h${minutes}m${seconds}`;
	return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
