import { styleText } from "node:util";
import { plainTable } from "./plain-table.ts";
import type { StoreFill, TierStatus } from "./tier-status.ts";

/** The tiers for a person, and below them what is wrong. */
export function statusTable(tiers: readonly TierStatus[]): string {
	const rows = tiers.map(
		({ tier, location, address, healthy, version, fill }) => [
			tier,
			location,
			address ?? "not published",
			healthy ? "healthy" : mark("not well"),
			version ?? "",
			fill.map(({ usedBytes }) => size(usedBytes)).join(" + "),
			fill[0] ? size(fill[0].freeBytes) : "",
		],
	);
	const head = [
		"tier",
		"location",
		"address",
		"health",
		"registry",
		"used",
		"free",
	];
	const problems = new Set(
		tiers.flatMap((tier) => tier.problems.map((line) => `  ${line}`)),
	);
	const low = lowOnSpace(tiers.flatMap(({ fill }) => fill));
	return [plainTable(head, rows), ...problems, ...low].join("\n");
}

// Below this a push or a cache's next image may find no room.
const LEAST_FREE_BYTES = 2 * 1024 ** 3;

function lowOnSpace(fills: readonly StoreFill[]): readonly string[] {
	return fills
		.filter(({ freeBytes }) => freeBytes < LEAST_FREE_BYTES)
		.map(
			({ server, freeBytes }) =>
				`  ${server} has ${size(freeBytes)} left: make room, or reset what is disposable`,
		);
}

const mark = (text: string) =>
	styleText("red", text, { stream: process.stdout });

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

function size(bytes: number): string {
	const unit = Math.min(
		Math.floor(Math.log2(Math.max(bytes, 1)) / 10),
		UNITS.length - 1,
	);
	const value = bytes / 1024 ** unit;
	return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
