import { describe, expect, test } from "vitest";
import { SWITCHES, suiteConfig, switchesIgnored } from "./settings.ts";

const TARGET = {
	address: "localhost:5301",
	username: "ci",
	password: "secret",
	repositories: ["conformance/a", "conformance/b"],
} as const;

describe("the suite's configuration", () => {
	test("says where, as whom, and what to run, with all that is not listed on", () => {
		const off = [
			{ switches: ["apis.tags.delete", "data.sha512"], reason: "because" },
		] as const;
		expect(suiteConfig(TARGET, off, "/results")).toEqual({
			version: "1.1",
			registry: "localhost:5301",
			tls: "disabled",
			repo1: "conformance/a",
			repo2: "conformance/b",
			username: "ci",
			password: "secret",
			resultsDir: "/results",
			apis: {
				ping: true,
				pull: true,
				push: true,
				blobs: {
					atomic: true,
					delete: true,
					digestHeader: true,
					mountAnonymous: true,
					uploadCancel: true,
				},
				manifests: {
					atomic: true,
					delete: true,
					digestHeader: true,
					tagParam: true,
				},
				tags: { atomic: true, delete: false, list: true },
				referrer: true,
			},
			data: {
				image: true,
				index: true,
				indexList: true,
				sparse: true,
				artifact: true,
				subject: true,
				subjectMissing: true,
				artifactList: true,
				subjectList: true,
				dataField: true,
				nondistributable: true,
				customFields: true,
				noLayers: true,
				emptyBlob: true,
				sha512: false,
			},
		});
	});

	test("names the content to read and reads nothing else", () => {
		const content = { tags: ["image"], manifests: ["sha256:a"], blobs: [] };
		expect(suiteConfig({ ...TARGET, content }, [], "/results")).toMatchObject({
			roData: content,
			filterTest: "OCI Conformance Test/read-only",
		});
	});
});

describe("switches the suite did not take", () => {
	const off = [{ switches: ["apis.referrer"], reason: "because" }] as const;

	test("are none when it ran as it was told", () => {
		expect(switchesIgnored(suiteConfig(TARGET, off, "r"), off)).toEqual([]);
	});

	test("are named when something else turned them", () => {
		expect(switchesIgnored(suiteConfig(TARGET, [], "r"), off)).toEqual([
			"apis.referrer",
		]);
	});

	test("are all of them when it says nothing", () => {
		expect(switchesIgnored(undefined, off)).toEqual(SWITCHES);
	});
});
