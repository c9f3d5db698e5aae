import { describe, expect, test } from "vitest";
import { parseHousekeepingConfig } from "../../../services/jobs/housekeeping-config.ts";
import {
	type HousekeepingConfig,
	housekeepingConfig,
} from "../../../topology/housekeeping-config.ts";
import { devEstate } from "../../topology/dev-estate.ts";

const endpoint = {
	url: "http://sandbox.home.test:8080",
	username: "cleaner",
	passwordFile: "/config/sandbox.password",
};
const sandbox = {
	name: "sandbox",
	...endpoint,
	retention: { days: 14, keep: 0 },
};
const cleanup = {
	schedule: "0 3 * * *",
	timeZone: "UTC",
	registries: [sandbox],
};
const mirror = {
	schedule: "30 3 * * *",
	timeZone: "Europe/Berlin",
	lists: "/lists",
	destination: { ...endpoint, url: "http://archive.home.test:8080" },
	upstreams: { "docker.io": "http://docker-hub:5000" },
};
const config: HousekeepingConfig = { cleanup, mirror, state: "/state" };

/** The problems of a configuration that differs in some of its values. */
function problems(change: object): string[] {
	try {
		parseHousekeepingConfig({ ...config, ...change }, "housekeeping.json");
		return [];
	} catch (error) {
		return (error as Error).message.split("\n");
	}
}

test("what the stack renders is taken as it is", () => {
	const rendered = housekeepingConfig(devEstate(), {
		urlOf: (registry) => `http://${registry}.home.test:8080`,
		passwordFileOf: (secret) => `/config/${secret}.password`,
		lists: "/lists",
		state: "/state",
		dockerHubUrl: "http://docker-hub:5000",
	});
	const read = JSON.parse(JSON.stringify(rendered));
	expect(parseHousekeepingConfig(read, "housekeeping.json")).toEqual(rendered);
});

test("an estate without an Archive has no mirror", () => {
	const { mirror: _, ...rest } = config;
	expect(parseHousekeepingConfig(rest, "housekeeping.json")).toEqual(rest);
});

describe("is refused:", () => {
	test.each<[string, object, string]>([
		[
			"an unknown key",
			{ clean: 1 },
			'housekeeping.json: unknown key, got "clean"; expected the keys of housekeeping\'s configuration. Fix: correct or remove it.',
		],
		[
			"a schedule that never comes due",
			{ cleanup: { ...cleanup, schedule: "0 0 31 2 *" } },
			'housekeeping.json:cleanup.schedule: wrong value, got "0 0 31 2 *"; expected a cron expression with five fields that comes due. Fix: correct it.',
		],
		[
			"a name that would lead the ledger out of its folder",
			{ cleanup: { ...cleanup, registries: [{ ...sandbox, name: "../x" }] } },
			"housekeeping.json:cleanup.registries.0.name: wrong value, got \"../x\"; expected lower-case letters, digits and '-', at most 63. Fix: correct it.",
		],
		[
			"a registry that is swept twice",
			{ cleanup: { ...cleanup, registries: [sandbox, sandbox] } },
			'housekeeping.json:cleanup.registries.1.name: wrong value, got "sandbox"; expected each registry once. Fix: correct it.',
		],
		[
			"a rule that keeps no day",
			{
				cleanup: {
					...cleanup,
					registries: [{ ...sandbox, retention: { days: 0, keep: 0 } }],
				},
			},
			"housekeeping.json:cleanup.registries.0.retention.days: wrong value, got 0; expected a whole number of days, at least 1. Fix: correct it.",
		],
		[
			"a negative number of tags",
			{
				cleanup: {
					...cleanup,
					registries: [{ ...sandbox, retention: { days: 1, keep: -1 } }],
				},
			},
			"housekeeping.json:cleanup.registries.0.retention.keep: wrong value, got -1; expected a whole number of tags, at least 0. Fix: correct it.",
		],
		[
			"a registry without a rule",
			{
				cleanup: { ...cleanup, registries: [{ name: "sandbox", ...endpoint }] },
			},
			"housekeeping.json:cleanup.registries.0.retention: wrong value, got nothing; expected object, received undefined. Fix: correct it.",
		],
		[
			"an upstream that is no registry",
			{ mirror: { ...mirror, upstreams: { "docker.io": "docker-hub" } } },
			'housekeeping.json:mirror.upstreams.docker.io: wrong value, got "docker-hub"; expected http:// or https://, a host and perhaps a port, nothing else. Fix: correct it.',
		],
	])("%s", (_, change, message) => {
		expect(problems(change)).toEqual([message]);
	});

	test("everything at once", () => {
		expect(
			problems({
				cleanup: { ...cleanup, timeZone: "", schedule: "" },
				mirror: { ...mirror, lists: "" },
				state: "",
			}),
		).toHaveLength(4);
	});
});
