import { describe, expect, test } from "vitest";
import { statusTable } from "../../toolchain/status-table.ts";
import { parseLook, type TierStatus } from "../../toolchain/tier-status.ts";

const GIB = 1024 ** 3;

const PRINTED = `registry github.com/distribution/distribution/v3 v3.1.2
48036	/var/lib/registry
Filesystem           1024-blocks    Used Available Capacity Mounted on
/dev/vda             263174212 188231232  63513796  75% /var/lib/registry
`;

test("version, use and free space are read from what the server's tools print", () => {
	expect(parseLook("sandbox-server", PRINTED)).toEqual({
		version: "v3.1.2",
		fill: {
			server: "sandbox-server",
			usedBytes: 48_036 * 1024,
			freeBytes: 63_513_796 * 1024,
		},
	});
});

describe("the table", () => {
	const cache: TierStatus = {
		tier: "prod-eu",
		location: "eu",
		address: "localhost:5111",
		healthy: true,
		problems: [],
		version: "v3.1.2",
		fill: [
			{ server: "prod-eu-server-0", usedBytes: 1.5 * GIB, freeBytes: 60 * GIB },
			{ server: "prod-eu-server-1", usedBytes: 4096, freeBytes: 60 * GIB },
		],
	};

	test("has a line for each tier with the use of every replica", () => {
		expect(statusTable([cache]).split("\n")).toEqual([
			" tier      location   address          health    registry   used                free",
			" prod-eu   eu         localhost:5111   healthy   v3.1.2     1.5 GiB + 4.0 KiB   60 GiB",
		]);
	});

	test("says once what is wrong with a part that several tiers share", () => {
		const problems = ["eu-front-server is exited"];
		const sick = { ...cache, healthy: false, problems };
		const lines = statusTable([sick, { ...sick, tier: "archive-eu" }]);
		expect(lines.split("\n").slice(-1)).toEqual([
			"  eu-front-server is exited",
		]);
		expect(lines.match(/not well/g)).toHaveLength(2);
	});

	test("warns of a store that runs out of space", () => {
		const [fill] = cache.fill;
		if (!fill) throw new Error("no store");
		const full = { ...cache, fill: [{ ...fill, freeBytes: GIB }] };
		expect(statusTable([full]).split("\n").at(-1)).toBe(
			"  prod-eu-server-0 has 1.0 GiB left: make room, or reset what is disposable",
		);
	});
});
