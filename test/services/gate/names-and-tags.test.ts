import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { namingRule } from "../../../topology/naming.ts";
import { digestOf } from "./fake-registry.ts";
import { startFixture } from "./gate-fixture.ts";
import { errorOf, MOVING, put } from "./manifest-requests.ts";
import { image, index, OCI_INDEX } from "./manifests.ts";

describe("names and tags", () => {
	test("a tag the rule refuses is answered with the rule in words", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, image("a"), { reference: "latest" });
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toEqual({
			code: "DENIED",
			message:
				"tag 'latest' is not accepted in ci-snapshots: expected main-<n>-<sha> or <version>-<sha>",
		});
		expect(fixture.registry.seen).toEqual([]);
	});

	test("a name the rule refuses is answered with the rule in words, though no token allows it", async () => {
		const fixture = await startFixture();
		const answer = await put(fixture, image("a"), {
			name: "app",
			token: fixture.token("ci", ["pull"], "app"),
		});
		expect(answer.status).toBe(403);
		expect(errorOf(answer)).toEqual({
			code: "DENIED",
			message:
				"repository 'app' is not accepted in ci-snapshots: expected team/app",
		});
		expect(fixture.registry.seen).toEqual([]);
	});

	test("fallback tags are refused where the registry takes none", async () => {
		const fixture = await startFixture({
			naming: namingRule("ci-snapshots", false),
		});
		const tag = digestOf("a").replace(":", "-");
		const answer = await put(fixture, index(), {
			reference: tag,
			type: OCI_INDEX,
		});
		expect(errorOf(answer).message).toBe(
			`tag '${tag}' is not accepted in ci-snapshots: expected main-<n>-<sha> or <version>-<sha>; signatures and SBOMs are not stored here`,
		);
		expect(fixture.registry.seen).toEqual([]);
	});

	test("a path with a trick in it never reaches the registry, whatever token comes with it", async () => {
		const fixture = await startFixture(MOVING);
		const segment = fc.constantFrom(
			"team",
			"app",
			"..",
			".",
			"",
			"%2e%2e",
			"%2F",
			"\\",
			"App",
			"%",
			"~",
		);
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom("PUT", "DELETE"),
				fc.array(segment, { minLength: 1, maxLength: 6 }),
				fc.constantFrom("x", "..", "%78", "x/", "x%2fy", "x;y", "x\\y"),
				async (method, segments, reference) => {
					const name = segments.join("/");
					const plain =
						/^(?:team|app)(?:\/(?:team|app))*$/.test(name) && reference === "x";
					fc.pre(!plain);
					const { status } = await fixture.send({
						method,
						target: `/v2/${name}/manifests/${reference}`,
						headers: {
							Authorization: `Bearer ${fixture.token("ci", ["pull", "push", "delete"], name)}`,
						},
						body: image("a"),
					});
					expect(status).toBe(400);
				},
			),
		);
		expect(fixture.registry.seen).toEqual([]);
	});
});
