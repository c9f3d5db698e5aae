import * as pulumi from "@pulumi/pulumi";
import { clientConfigFiles } from "../topology/client-config/client-config.ts";
import { compileEstate } from "../topology/compile.ts";
import { hasPassword } from "../topology/estate.ts";
import {
	checkInvariants,
	describeViolation,
} from "../topology/invariants/all.ts";
import { estateKeySigners } from "../topology/signer-spec.ts";
import { tierSummaries } from "../topology/tier-summary.ts";
import { loadEstate, loadImageNames } from "./config/load.ts";
import { dev } from "./dev.ts";
import { imageNamesOf, k8s } from "./k8s.ts";
import { publicKeyTexts, readSignerTexts } from "./signer-files.ts";

const stack = pulumi.getStack();
const estate = compileEstate(loadEstate(stack));

const violations = checkInvariants(estate);
if (violations.length > 0) {
	throw new pulumi.RunError(
		`the estate breaks its own rules:\n${violations.map((v) => `  ${describeViolation(v)}`).join("\n")}`,
	);
}

const signerTexts = readSignerTexts(estate.promotion.signers, stack);
const running = start();

/** Each tier with its address and who may use it; nothing secret. */
export const tiers = tierSummaries(estate);
/** Password of each account, by registry and principal. */
export const passwords = pulumi.secret(
	pulumi.all(
		Object.fromEntries(
			estate.gates
				.flatMap(({ accounts }) => accounts)
				.filter(hasPassword)
				.map(({ secret }) => [secret, running.passwords[secret]]),
		),
	),
);
/** Private keys that the stack made for signers of images, by the signer's name; never the promoter's. */
export const signingKeys = pulumi.secret(
	pulumi.all(
		Object.fromEntries(
			estateKeySigners(estate.promotion.signers).map((name) => [
				name,
				running.signingKeys.privateKeys[name],
			]),
		),
	),
);
/** Public keys of signers of images, and the promoter's, which its records are signed with; nothing secret. */
export const publicKeys = pulumi.all({
	...publicKeyTexts(estate.promotion.signers, signerTexts),
	...running.signingKeys.publicKeys,
});
/** Container or CronJob that runs the promotion job. */
export const promoter = running.promoter;
/** Container or CronJob that runs cleanup and mirroring. */
export const housekeeping = running.housekeeping;
/** Files with which clients pull through the estate, by location and path below /etc; nothing secret. */
export const clientConfig = clientConfigFiles(estate);

function start() {
	const { kubernetes } = estate;
	if (!kubernetes) return dev(estate, signerTexts);
	const images = imageNamesOf(kubernetes, loadImageNames());
	return k8s(estate, kubernetes, images, signerTexts);
}
