import { beforeEach, describe, expect, test } from "vitest";
import { Judge } from "../../../../services/jobs/promote/judge.ts";
import type { Promotion } from "../../../../services/jobs/promote/promotion-manifest.ts";
import { TagInventory } from "../../../../services/oci/tag-inventory.ts";
import type { PromoterConfig } from "../../../../topology/job-config.ts";
import { DEFAULT_PROMOTION_POLICY } from "../../../../topology/promotion-policy.ts";
import { status } from "../../oci/faults.ts";
import { fallbackTag, referrers } from "../../oci/images.ts";
import {
	attachedBundle,
	builtImage,
	configFor,
	indexOf,
	inTotoStatement,
} from "./built-images.ts";
import { APP, registryHarness } from "./registry-harness.ts";
import { keyBundle, keyOf, statementOf } from "./signatures/signed.ts";

const ci = keyOf();
const app = builtImage();
const harness = registryHarness();
const signature = attachedBundle(
	app,
	keyBundle(ci.privateKey, statementOf(app.digest)),
);
const sbom = attachedBundle(
	app,
	keyBundle(ci.privateKey, inTotoStatement(app)),
);
const SIGNERS = [{ name: "ci", publicKey: ci.publicKey }];
const NO_SIGNATURE =
	"no signature; expected a signature of ci. Fix: sign the digest with cosign sign";

const listed: Promotion = {
	repository: APP,
	digest: app.digest,
	tag: "1.0.0",
	file: "m.yaml",
	path: "[0]",
};
const ruled: Promotion = { ...listed, sourceTag: "1.0.0-abcdef0" };

beforeEach(() => harness.push(app, "1.0.0-abcdef0"));

const sign = () => harness.push(referrers([signature, sbom]), fallbackTag(app));

function judge(
	asked: Pick<PromoterConfig, "policy" | "signers" | "lowered"> = {
		policy: DEFAULT_PROMOTION_POLICY,
		signers: SIGNERS,
	},
): Judge {
	const { registry } = harness;
	// Of the rest of the configuration it takes nothing.
	const config = asked as PromoterConfig;
	return new Judge(config, registry, new TagInventory(registry));
}

test("an image that passes is copied, with what it was checked for", async () => {
	await sign();
	expect(await judge().step(listed)).toEqual({
		action: "copy",
		promotion: listed,
		checks: {
			passed: ["labels", "platforms", "size", "sbom", "signature"],
			lowered: [],
			signer: "ci",
		},
	});
});

test("an image is looked into once, under however many tags it is promoted", async () => {
	await sign();
	const one = judge();
	await one.step(listed);
	const before = harness.requests().length;
	const steps = await Promise.all(
		["1.0.1", "1.0.2"].map((tag) => one.step({ ...listed, tag })),
	);
	expect(steps.map(({ action }) => action)).toEqual(["copy", "copy"]);
	expect(harness.requests()).toHaveLength(before);
});

test("nothing is asked of images, and no registry, when nothing is configured", async () => {
	expect(await judge({}).step(listed)).toEqual({
		action: "copy",
		promotion: listed,
	});
	expect(harness.requests()).toEqual([]);
});

test("signatures alone may be asked for", async () => {
	const bare = builtImage({ config: configFor("s390x", {}) });
	await harness.push(bare);
	const step = await judge({ signers: SIGNERS }).step({
		...listed,
		digest: bare.digest,
	});
	expect(step).toMatchObject({ action: "refuse", reason: NO_SIGNATURE });
});

test("a policy without an SBOM and signers reads neither", async () => {
	await sign();
	const policy = { ...DEFAULT_PROMOTION_POLICY, sbom: false };
	expect(await judge({ policy }).step(listed)).toMatchObject({
		action: "copy",
		checks: { passed: ["labels", "platforms", "size", "sbom", "signature"] },
	});
	expect(harness.requests()).not.toContain(`GET manifests/${fallbackTag(app)}`);
});

describe("an image that does not pass", () => {
	const checks = { passed: ["labels", "platforms", "size"], lowered: [] };
	const reason = `no SBOM is attached; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson; ${NO_SIGNATURE}`;

	test("is refused when a manifest lists it", async () => {
		expect(await judge().step(listed)).toEqual({
			action: "refuse",
			promotion: listed,
			checks,
			reason,
		});
	});

	test("is held when a rule found it: it may be signed in a minute", async () => {
		expect(await judge().step(ruled)).toEqual({
			action: "hold",
			promotion: ruled,
			checks,
			reason,
		});
	});

	test("is copied when its repository has an exception, which is named", async () => {
		const exception = { owner: "team-base", reason: "until it can" };
		const step = await judge({
			policy: DEFAULT_PROMOTION_POLICY,
			signers: SIGNERS,
			lowered: [
				{ ...exception, repositories: [APP], checks: ["sbom", "signature"] },
			],
		}).step(listed);
		expect(step).toEqual({
			action: "copy",
			promotion: listed,
			checks: {
				passed: ["labels", "platforms", "size"],
				lowered: [
					{ check: "sbom", ...exception },
					{ check: "signature", ...exception },
				],
			},
		});
	});
});

describe("what cannot be judged", () => {
	test.each([
		["is refused when a manifest lists", listed, "refuse"],
		["is held when a rule found", ruled, "hold"],
	])("%s an image that is not there", async (_, promotion, action) => {
		harness.server.repositories.get(APP)?.manifests.delete(app.digest);
		expect(await judge().step(promotion)).toEqual({
			action,
			promotion,
			reason: `${app.digest} is not complete at ${harness.server.host}/${APP}: GET ${harness.server.url}/v2/${APP}/manifests/${app.digest} was refused with status 404, MANIFEST_UNKNOWN: manifest unknown; expected an image there. Fix: push it again, or correct the digest`,
		});
	});

	test("is refused when it is no image", async () => {
		const artifact = builtImage({ config: {} });
		await harness.push(artifact);
		const promotion = { ...listed, digest: artifact.digest };
		expect(await judge().step(promotion)).toEqual({
			action: "refuse",
			promotion,
			reason: `manifest ${artifact.digest} of ${harness.server.host}/${APP} is not fit to be promoted: its config is not that of an image, with architecture and os`,
		});
	});

	test("fails when the registry cannot tell: the next run may know", async () => {
		harness.server.faults.push({
			path: /manifests\/sha256:/,
			times: 100,
			action: status(500),
		});
		expect(await judge().step(listed)).toEqual({
			action: "fail",
			promotion: listed,
			reason: `GET ${harness.server.url}/v2/${APP}/manifests/${app.digest} was refused with status 500; given up after 6 tries`,
		});
	});

	test("fails when what is attached cannot be listed: it might be signed", async () => {
		harness.server.faults.push({ path: /tags\/list/, action: status(403) });
		expect(await judge().step(ruled)).toEqual({
			action: "fail",
			promotion: ruled,
			reason: `GET ${harness.server.url}/v2/${APP}/tags/list was refused with status 403`,
		});
	});
});

test("the signature of a platform is not that of the index above it", async () => {
	const image = indexOf([[app]]);
	await harness.push(image);
	await sign();
	const step = await judge().step({ ...listed, digest: image.digest });
	expect(step).toMatchObject({
		action: "refuse",
		checks: { passed: ["labels", "platforms", "size", "sbom"] },
		reason: NO_SIGNATURE,
	});
});
