import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	parseManifestTarget,
	parseUploadTarget,
} from "../../../services/gate/request-target.ts";
import { REPOSITORY_NAME } from "../../../topology/naming.ts";

const DIGEST = `sha256:${"0a".repeat(32)}`;

describe("parseManifestTarget", () => {
	test("reads a tag", () => {
		expect(parseManifestTarget("/v2/team/app/manifests/1.0")).toEqual({
			name: "team/app",
			reference: "1.0",
			kind: "tag",
			queryTags: [],
		});
	});

	test("reads a digest with the tags of the query, each once, and drops other parameters", () => {
		expect(
			parseManifestTarget(
				`/v2/app/manifests/${DIGEST}?tag=a&ns=docker.io&tag=b&tag=a`,
			),
		).toEqual({
			name: "app",
			reference: DIGEST,
			kind: "digest",
			queryTags: ["a", "b"],
		});
	});

	test("splits at the last 'manifests', as the registry does", () => {
		expect(parseManifestTarget("/v2/a/manifests/b/manifests/c").name).toBe(
			"a/manifests/b",
		);
	});

	test.each([
		"/v2/a/../b/manifests/x",
		"/v2/a/./b/manifests/x",
		"/v2/a//b/manifests/x",
		"/v2//manifests/x",
		"/v2/a%2fb/manifests/x",
		"/v2/a/b/manifests/%78",
		"/v2/a/%2e%2e/b/manifests/x",
		"/v2/a\\b/manifests/x",
		"/v2/a/b/manifests/x\\y",
		"/v2/a/ü/manifests/x",
		"/v2/a/b/manifests/ü",
		"/v2/a/b\tc/manifests/x",
		"/v2/a/b/manifests/x\u0000",
		"/v2/A/b/manifests/x",
		"/v2/a/b/manifests/x/",
		"/v2/a/b/manifests/",
		"/v2/a/b/blobs/x",
		"/V2/a/b/manifests/x",
		"http://host/v2/a/b/manifests/x",
		"",
	])("refuses '%s'", (target) => {
		expect(() => parseManifestTarget(target)).toThrow(
			expect.objectContaining({ status: 400, code: "NAME_INVALID" }),
		);
	});

	test("names the characters a repository name may have", () => {
		expect(() => parseManifestTarget("/v2/Team/app/manifests/x")).toThrow(
			"'Team/app' is not a repository name: expected lower-case letters, digits and single separators",
		);
	});

	test("takes a name of 255 characters and none of 256", () => {
		const name = `a/${"b".repeat(253)}`;
		expect(parseManifestTarget(`/v2/${name}/manifests/x`).name).toBe(name);
		expect(() => parseManifestTarget(`/v2/${name}b/manifests/x`)).toThrow(
			"repository name has 256 characters: expected at most 255",
		);
	});

	test.each(["sha512:aa", `sha256:${"0A".repeat(32)}`, `${DIGEST}0`, "a:b"])(
		"refuses the digest '%s'",
		(reference) => {
			expect(() => parseManifestTarget(`/v2/a/manifests/${reference}`)).toThrow(
				expect.objectContaining({ status: 400, code: "DIGEST_INVALID" }),
			);
		},
	);

	test.each([".hidden", "..", "-x", "x#y", "a".repeat(129), "a+b"])(
		"refuses the tag '%s' in the path and in the query",
		(tag) => {
			const refusal = expect.objectContaining({
				status: 400,
				code: "TAG_INVALID",
			});
			expect(() => parseManifestTarget(`/v2/a/manifests/${tag}`)).toThrow(
				refusal,
			);
			expect(() =>
				parseManifestTarget(
					`/v2/a/manifests/${DIGEST}?tag=ok&tag=${encodeURIComponent(tag)}`,
				),
			).toThrow(refusal);
		},
	);

	test("refuses a 33rd tag in the query", () => {
		const query = Array.from({ length: 33 }, (_, i) => `tag=t${i}`).join("&");
		expect(() =>
			parseManifestTarget(`/v2/a/manifests/${DIGEST}?${query}`),
		).toThrow(expect.objectContaining({ status: 414, code: "TAG_INVALID" }));
	});

	test("never reads a name in a path that a server could read as another one", () => {
		const parts = fc.constantFrom(
			"a",
			"B",
			"..",
			".",
			"",
			"%2e%2e",
			"%2F",
			"\\",
			"b-c",
			"v2",
			"manifests",
			"x y",
			"é",
			"\u0000",
		);
		fc.assert(
			fc.property(fc.array(parts, { maxLength: 8 }), (segments) => {
				const target = `/v2/${segments.join("/")}/manifests/tag`;
				let name: string;
				try {
					name = parseManifestTarget(target).name;
				} catch {
					return;
				}
				expect(name).toMatch(REPOSITORY_NAME);
				expect(new URL(`http://h${target}`).pathname).toBe(
					`/v2/${name}/manifests/tag`,
				);
				expect(decodeURIComponent(target)).toBe(target);
			}),
		);
	});
});

describe("parseUploadTarget", () => {
	test("reads the repository, whatever the query says", () => {
		expect(
			parseUploadTarget("/v2/team/app/blobs/uploads/?mount=x&from=%2e%2e"),
		).toBe("team/app");
		expect(parseUploadTarget("/v2/app/blobs/uploads")).toBe("app");
	});

	test.each([
		"/v2/a/../b/blobs/uploads/",
		"/v2/a%2fb/blobs/uploads/",
		"/v2/a/b/blobs/uploads/some-id",
		"/v2/a/manifests/x",
		"",
	])("refuses '%s'", (target) => {
		expect(() => parseUploadTarget(target)).toThrow(
			expect.objectContaining({ status: 400, code: "NAME_INVALID" }),
		);
	});
});
