/** One measured figure, in the form machines read. */
export interface Metric {
	readonly ours: number;
	/** The same figure of others, measured in the same run. */
	readonly peers: Readonly<Record<string, number>>;
	/** Ours against the best peer; above 1 is better. Absent where there is no peer. */
	readonly ratio?: number;
	readonly unit: string;
	/** Processor time the clients took for it, user and system, in seconds. */
	readonly cpuSeconds?: Compared;
	/** The most memory the clients had resident for it, in MiB. */
	readonly residentMiB?: Compared;
}

/** Ours beside that of the peers. */
export interface Compared {
	readonly ours: number;
	readonly peers: Readonly<Record<string, number>>;
}

export type Metrics = Readonly<Record<string, Metric>>;

/** A figure without a peer, such as a time that only has a goal. */
export function figure(ours: number, unit: string): Metric {
	return { ours: rounded(ours), peers: {}, unit };
}

/** A figure where more is better, against peers of the same run. */
export function more(
	ours: number,
	peers: Readonly<Record<string, number>>,
	unit: string,
): Metric {
	const best = Math.max(...Object.values(peers));
	return {
		ours: rounded(ours),
		peers: Object.fromEntries(
			Object.entries(peers).map(([name, value]) => [name, rounded(value)]),
		),
		ratio: rounded(ours / best),
		unit,
	};
}

/** A figure where less is better, against peers of the same run. */
export function less(
	ours: number,
	peers: Readonly<Record<string, number>>,
	unit: string,
): Metric {
	const best = Math.min(...Object.values(peers));
	return { ...more(ours, peers, unit), ratio: rounded(best / ours) };
}

/** Figures to look at, of which none is the goal. */
export function compared(
	ours: number,
	peers: Readonly<Record<string, number>>,
): Compared {
	const { ours: rounded, peers: roundedPeers } = more(ours, peers, "");
	return { ours: rounded, peers: roundedPeers };
}

/** The middle one of some values. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

const rounded = (value: number) => Number(value.toPrecision(4));
