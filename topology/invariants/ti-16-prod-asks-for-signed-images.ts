import { matchesEveryName } from "../naming.ts";
import { matchesStrangers } from "../signer-spec.ts";
import type { Invariant } from "./invariant.ts";

export const prodAsksForSignedImages: Invariant = {
	id: "TI-16",
	statement:
		"what is promoted has labels, platforms and an SBOM, and a signature of somebody the configuration names",
	remedy:
		"name a signer under promotion.signers, and repositories that cannot be signed yet under promotion.exceptions",
	broken: ({ promotion: { require, signers, exceptions } }) => {
		const wrong: string[] = [];
		if (Object.keys(signers).length === 0)
			wrong.push("promotion believes no signer");
		for (const [name, signer] of Object.entries(signers)) {
			if (signer.kind === "keyless" && matchesStrangers(signer.subject))
				wrong.push(`promotion takes anybody's signature for that of '${name}'`);
		}
		if (require.labels.length === 0) wrong.push("promotion asks for no label");
		if (require.platforms.length === 0)
			wrong.push("promotion asks for no platform");
		if (!require.sbom) wrong.push("promotion asks for no SBOM");
		for (const { repositories, checks, owner } of exceptions) {
			if (matchesEveryName(repositories))
				wrong.push(
					`an exception of ${owner} lowers ${checks.join(", ")} for every repository`,
				);
		}
		return wrong;
	},
};
