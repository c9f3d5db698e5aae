import { z } from "zod";
import type { PromotionSpec } from "../../topology/estate.ts";
import {
	DEFAULT_FULL_CHECK_EVERY,
	DEFAULT_PROMOTION_POLICY,
	type LoweredChecks,
	PROMOTION_CHECKS,
	type PromotionPolicy,
} from "../../topology/promotion-policy.ts";
import { DEFAULT_SIGNERS } from "../../topology/signer-spec.ts";
import {
	anyPatterns,
	folder,
	labels,
	list,
	schedule,
	someNames,
	timeZone,
	whole,
} from "./fields.ts";
import { explain } from "./problem.ts";
import { signers } from "./signers.ts";

const platformRule = {
	expected: "a platform as os/arch or os/arch/variant",
	fix: "write a platform such as linux/amd64 or linux/arm/v7",
};
const platforms = list(
	z
		.string({ error: explain(platformRule) })
		.regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9.]+)?$/, {
			error: explain(platformRule),
		}),
	"platforms",
);

const mebibytes = (example: string) =>
	whole(1, "a whole number of MiB, 1 or more", `write ${example}`);

// One key for each of the conditions, so that every one that was left out gets its default.
const requirement = z
	.strictObject(
		{
			labels: labels.default([...DEFAULT_PROMOTION_POLICY.labels]),
			platforms: platforms.default([...DEFAULT_PROMOTION_POLICY.platforms]),
			maxLayerMiB: mebibytes("maxLayerMiB: 4096").default(
				DEFAULT_PROMOTION_POLICY.maxLayerMiB,
			),
			maxImageMiB: mebibytes("maxImageMiB: 10240").default(
				DEFAULT_PROMOTION_POLICY.maxImageMiB,
			),
			sbom: z
				.literal(true, {
					error: explain({
						expected: "true: an SBOM is asked of every image",
						fix: "name the repositories that have none under promotion.exceptions",
					}),
				})
				.default(true),
		},
		{
			error: explain({
				expected: "what every image must be",
				fix: "write require: { platforms: [linux/amd64] }",
			}),
		},
	)
	.check(({ value: { maxLayerMiB, maxImageMiB }, issues }) => {
		if (maxLayerMiB <= maxImageMiB) return;
		issues.push({
			code: "custom",
			path: ["maxLayerMiB"],
			input: maxLayerMiB,
			message: explain({
				wrong: "a layer may be larger than its image",
				expected: `at most maxImageMiB, which is ${maxImageMiB}`,
				fix: "lower maxLayerMiB, or raise maxImageMiB",
			})({ input: maxLayerMiB }),
		});
	}) satisfies z.ZodType<PromotionPolicy>;

/** A line for people, written to terminals and records. */
const line = (expected: string, fix: string) => {
	const error = explain({ expected, fix });
	return z.string({ error }).regex(/^(?=.*\S)[^\p{C}]{1,200}$/u, { error });
};

const checkRule = {
	error: explain({
		expected: `one of ${PROMOTION_CHECKS.map((check) => `"${check}"`).join(" | ")}`,
		fix: "write checks: [sbom]",
	}),
};

const exception = z.strictObject(
	{
		repositories: someNames,
		checks: list(z.enum(PROMOTION_CHECKS, checkRule), "checks"),
		owner: line("who answers for it, in one line", "write owner: team-legacy"),
		reason: line(
			"why, in one line",
			'write reason: "built before 2026, until 2027-03"',
		),
	},
	{
		error: explain({
			expected: "which checks some repositories need not pass",
			fix: "write { repositories, checks, owner, reason }",
		}),
	},
) satisfies z.ZodType<LoweredChecks>;

/** When promotion runs, where its manifests are, and what it asks of an image. */
export const promotion = z.strictObject(
	{
		schedule,
		timeZone: timeZone.default("UTC"),
		manifests: folder("promotions").default("promotions"),
		fullCheckEvery: whole(
			1,
			"a whole number of runs, 1 or more",
			"write fullCheckEvery: 24",
		).default(DEFAULT_FULL_CHECK_EVERY),
		repositories: anyPatterns.exactOptional(),
		require: requirement.prefault({}),
		signers: signers.default(DEFAULT_SIGNERS),
		exceptions: z
			.array(exception, {
				error: explain({
					expected: "a list of exceptions",
					fix: "write a list, or remove the key",
				}),
			})
			.default([]),
	},
	{
		error: explain({
			expected: "when promotion runs",
			fix: 'write promotion: { schedule: "*/10 * * * *" }',
		}),
	},
) satisfies z.ZodType<PromotionSpec>;
