import { expect, test } from "vitest";
import { publishedPorts } from "../../topology/published.ts";
import { devEstate } from "./dev-estate.ts";

test("every port the estate takes is known by the key that names it", () => {
	expect(
		publishedPorts(devEstate()).map(({ port, key }) => `${port} ${key}`),
	).toEqual([
		"5101 tiers.sandbox.port",
		"5102 tiers.ci-tests.port",
		"5103 tiers.ci-snapshots.port",
		"5104 tiers.prod.port",
		"5105 tiers.archive.port",
		"5106 tiers.archive.mirrorPort",
		"5111 regions.eu.port",
		"5112 regions.eu.archivePort",
		"5121 regions.us.port",
		"5107 tiers.archive.upstreamPort",
	]);
});
