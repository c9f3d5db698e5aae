import { expect, test } from "vitest";
import { parsePromoterConfig } from "../../services/jobs/promote/promoter-config.ts";
import { compileEstate } from "../../topology/compile.ts";
import { promoterConfig } from "../../topology/job-config.ts";
import { signersWith } from "../../topology/signer-spec.ts";
import { DEV_SPEC, devEstate } from "./dev-estate.ts";

const PLACES = {
	sourceUrl: "http://ci-snapshots.home.test:8080",
	destinationUrl: "http://prod-rw.home.test:8080",
	readPasswordFile: "/config/read-password",
	writePasswordFile: "/config/write-password",
	recordKeyFile: "/config/record-key",
	manifests: "/promotions",
	state: "/state",
};
const KEY = "-----BEGIN PUBLIC KEY-----\n";
const CI = { name: "ci", publicKey: KEY };

test("the promoter asks for what Prod asks for unless the configuration says otherwise", () => {
	const { policy, signers, lowered, recordKeyFile, fullCheckEvery } =
		promoterConfig(devEstate(), PLACES, [CI]);
	expect({ policy, signers, lowered, recordKeyFile, fullCheckEvery }).toEqual({
		policy: {
			labels: [
				"org.opencontainers.image.source",
				"org.opencontainers.image.revision",
			],
			platforms: ["linux/amd64"],
			maxLayerMiB: 4096,
			maxImageMiB: 10240,
			sbom: true,
		},
		signers: [CI],
		lowered: [],
		recordKeyFile: "/config/record-key",
		fullCheckEvery: 24,
	});
});

test("the promoter takes what is rendered for it, with exceptions and every kind of signer", () => {
	const github = {
		kind: "keyless",
		issuer: "https://token.actions.githubusercontent.com",
		subject: "https://github\\.com/acme/.*",
		trustRoot: "trust/public-good.json",
	} as const;
	const estate = compileEstate({
		...DEV_SPEC,
		promotion: {
			...DEV_SPEC.promotion,
			repositories: ["team/.*"],
			signers: {
				ci: { kind: "estate-key" },
				release: { kind: "public-key", publicKey: "trust/release.pub" },
				github,
			},
			exceptions: [
				{
					repositories: ["legacy/.*"],
					checks: ["sbom"],
					owner: "team-legacy",
					reason: "built before 2026",
				},
			],
		},
	});
	const texts = { ci: KEY, release: KEY, github: "{}", promoter: KEY };
	const signers = signersWith(estate.promotion.signers, texts);
	expect(signers).toEqual([
		CI,
		{ name: "release", publicKey: KEY },
		{
			name: "github",
			issuer: github.issuer,
			subject: github.subject,
			trustRoot: "{}",
		},
	]);
	const config = promoterConfig(estate, PLACES, signers);
	expect(parsePromoterConfig(config, "promoter.json")).toEqual(config);
	expect(config.repositories).toEqual(["team/.*"]);
	expect(config.lowered).toEqual(estate.promotion.exceptions);
});
