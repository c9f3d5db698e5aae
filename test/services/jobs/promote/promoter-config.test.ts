import { describe, expect, test } from "vitest";
import { parsePromoterConfig } from "../../../../services/jobs/promote/promoter-config.ts";
import type { PromoterConfig } from "../../../../topology/job-config.ts";
import { namingRule } from "../../../../topology/naming.ts";

const config: PromoterConfig = {
	source: {
		url: "https://ci.example.com",
		username: "promoter",
		passwordFile: "/config/read",
		naming: namingRule("ci-snapshots", true),
	},
	destination: {
		url: "http://prod-rw:8080",
		username: "promoter",
		passwordFile: "/config/write",
		naming: namingRule("prod", true),
	},
	artifactTypes: [],
	schedule: "*/5 * * * *",
	timeZone: "Europe/Berlin",
	manifests: "/promotions",
	state: "/state",
};

/** The problems of a configuration that differs in some of its values. */
function problems(change: object): string[] {
	try {
		parsePromoterConfig({ ...config, ...change }, "promoter.json");
		return [];
	} catch (error) {
		return (error as Error).message.split("\n");
	}
}

test("what the stack renders is taken as it is", () => {
	const rendered = JSON.parse(JSON.stringify(config));
	expect(parsePromoterConfig(rendered, "promoter.json")).toEqual(config);
	expect(problems({ repositories: ["team/.*"], allowLatest: true })).toEqual(
		[],
	);
});

const urlRule =
	"expected http:// or https://, a host and perhaps a port, nothing else. Fix: correct it.";

describe("is refused:", () => {
	test.each<[string, object, string]>([
		[
			"an unknown key",
			{ sauce: 1 },
			'promoter.json: unknown key, got "sauce"; expected the keys of the promoter\'s configuration. Fix: correct or remove it.',
		],
		[
			"a missing key",
			{ state: undefined },
			"promoter.json:state: wrong value, got nothing; expected string, received undefined. Fix: correct it.",
		],
		[
			"six cron fields",
			{ schedule: "* * * * * *" },
			'promoter.json:schedule: wrong value, got "* * * * * *"; expected a cron expression with five fields that comes due. Fix: correct it.',
		],
		[
			"a cron field out of range",
			{ schedule: "60 * * * *" },
			'promoter.json:schedule: wrong value, got "60 * * * *"; expected a cron expression with five fields that comes due. Fix: correct it.',
		],
		[
			"a day that never comes",
			{ schedule: "0 0 31 2 *" },
			'promoter.json:schedule: wrong value, got "0 0 31 2 *"; expected a cron expression with five fields that comes due. Fix: correct it.',
		],
		[
			"a time zone that is none",
			{ timeZone: "Mars/Base" },
			'promoter.json:timeZone: wrong value, got "Mars/Base"; expected an IANA time zone. Fix: correct it.',
		],
		[
			"a pattern that is none",
			{ repositories: ["("] },
			'promoter.json:repositories.0: wrong value, got "("; expected a regular expression. Fix: correct it.',
		],
		[
			"one registry for both ends",
			{ destination: { ...config.destination, url: config.source.url } },
			'promoter.json:destination.url: wrong value, got "https://ci.example.com"; expected another registry than the source. Fix: correct it.',
		],
		[
			"a user with a colon",
			{ source: { ...config.source, username: "a:b" } },
			"promoter.json:source.username: wrong value, got \"a:b\"; expected a name without ':'. Fix: correct it.",
		],
		[
			"a password in the file",
			{ source: { ...config.source, password: "canary" } },
			'promoter.json:source: unknown key, got "password"; expected the keys of the promoter\'s configuration. Fix: correct or remove it.',
		],
	])("%s", (_, change, message) => {
		expect(problems(change)).toEqual([message]);
	});

	test.each([
		"ci.example.com",
		"ftp://ci.example.com",
		"https://ci.example.com/v2",
		"https://ci.example.com?x",
		"https://user:canary@ci.example.com",
		"",
	])("the URL '%s'", (url) => {
		expect(problems({ source: { ...config.source, url } })).toEqual([
			`promoter.json:source.url: wrong value, got "${url}"; ${urlRule}`,
		]);
	});

	test("everything at once", () => {
		expect(
			problems({ schedule: "", timeZone: "", manifests: "" }),
		).toHaveLength(3);
	});
});
