import { describe, expect, test } from "vitest";
import { runChecks } from "../../../../../services/jobs/promote/checks/run-checks.ts";
import type { LoweredChecks } from "../../../../../topology/promotion-policy.ts";
import { attached, IMAGE, keyBundle, keyOf } from "../signatures/signed.ts";
import { demandsOf, factsOf, REVISION, SOURCE } from "./check-harness.ts";

const ci = keyOf();
const demands = demandsOf({ sbom: true }, [
	{ name: "ci", publicKey: ci.publicKey },
]);
const good = factsOf({
	withSbom: new Set([IMAGE]),
	signatures: attached({ bundles: [keyBundle(ci.privateKey)] }),
});
const bare = factsOf();
const run = (facts = good, lowered: readonly LoweredChecks[] = []) =>
	runChecks(facts, "team/app", { ...demands, lowered });

const exception: LoweredChecks = {
	repositories: ["team/.*"],
	checks: ["sbom", "signature"],
	owner: "team-base",
	reason: "until the builder signs",
};
const { owner, reason } = exception;
const NO_SBOM =
	"no SBOM is attached; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson";
const NO_SIGNATURE =
	"no signature; expected a signature of ci. Fix: sign the digest with cosign sign";

test("an image that is as it should be passes every check, by its signer", () => {
	expect(run()).toEqual({
		summary: {
			passed: ["labels", "platforms", "size", "sbom", "signature"],
			lowered: [],
			signer: "ci",
		},
		reasons: [],
	});
});

test("everything that is wrong is told at once", () => {
	const facts = factsOf({
		platforms: [],
		layers: new Map([[IMAGE, 5 * 1024 * 1024]]),
	});
	expect(run(facts)).toEqual({
		summary: { passed: ["labels"], lowered: [] },
		reasons: [
			"platform linux/amd64 is missing, got none; expected linux/amd64. Fix: build for all of them",
			"the largest layer has 5.0 MiB; expected at most 2 MiB. Fix: leave out what production does not need; the image has 5.0 MiB; expected at most 3 MiB. Fix: leave out what production does not need",
			NO_SBOM,
			NO_SIGNATURE,
		],
	});
});

describe("a check that is lowered", () => {
	test("lets the image through, and is named with who answers for it", () => {
		expect(run(bare, [exception])).toEqual({
			summary: {
				passed: ["labels", "platforms", "size"],
				lowered: [
					{ check: "sbom", owner, reason },
					{ check: "signature", owner, reason },
				],
			},
			reasons: [],
		});
	});

	test("is not named when the image passes it", () => {
		expect(run(good, [exception])).toEqual(run());
	});

	test("lowers no other check", () => {
		const { platforms } = bare;
		const unlabelled = factsOf({
			platforms: platforms.map((image) => ({ ...image, labels: {} })),
		});
		expect(run(unlabelled, [exception]).reasons).toEqual([
			[SOURCE, REVISION]
				.map(
					(label) =>
						`label ${label} is missing on linux/amd64; expected it as a label or annotation. Fix: build with --label ${label}=…`,
				)
				.join("; "),
		]);
	});

	test.each(["team/ap", "eam/app", "team", "other/.*"])(
		"is not lowered for team/app by the pattern '%s'",
		(pattern) => {
			expect(
				run(bare, [{ ...exception, repositories: [pattern] }]).reasons,
			).toEqual([NO_SBOM, NO_SIGNATURE]);
		},
	);

	test("is answered for by the first exception that names it", () => {
		const second = { ...exception, owner: "somebody else" };
		const first = { ...exception, checks: ["sbom"] as const };
		expect(run(bare, [first, second]).summary.lowered).toEqual([
			{ check: "sbom", owner, reason },
			{ check: "signature", owner: "somebody else", reason },
		]);
	});
});
