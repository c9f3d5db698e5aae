import { allowedVerbs, tokenActions } from "../access.ts";
import { type Estate, registryNamed, type Segment } from "../estate.ts";
import { publishedAddress } from "../published.ts";
import type { Invariant } from "./invariant.ts";

/** Accounts, network and mounts are looked at together: one of them open is enough for a leak. */
export const promoterAloneWritesProd: Invariant = {
	id: "TI-01",
	statement: "only the promoter can write to Prod",
	remedy:
		"give no other principal an account, an identity, a network or a writable registry of the Prod store",
	broken: (estate) => [
		...foreignAccounts(estate),
		...foreignIdentities(estate),
		...openNetworks(estate),
		...publicWriters(estate),
	],
};

const writable = (estate: Estate) =>
	estate.registries.filter(
		({ tier, mode }) => tier === "prod" && mode === "read-write",
	);

function foreignAccounts(estate: Estate): string[] {
	const writers = new Set(writable(estate).map(({ name }) => name));
	return estate.gates.flatMap(({ name: gate, accounts }) =>
		accounts
			.filter(({ principal, registry }) => {
				const { tier, flags } = registryNamed(estate, registry);
				if (tier !== "prod" || principal === "promoter") return false;
				const pushes = tokenActions(
					allowedVerbs(tier, principal, flags),
				).includes("push");
				return writers.has(registry) || pushes;
			})
			.map(
				({ principal, registry }) =>
					`gate '${gate}' has an account of ${principal} for '${registry}'`,
			),
	);
}

function foreignIdentities(estate: Estate): string[] {
	return writable(estate).flatMap(({ gate, name }) =>
		(estate.gates.find((own) => own.name === gate)?.identities ?? [])
			.filter(({ principal }) => principal !== "promoter")
			.map(
				(identity) =>
					`gate '${gate}' of '${name}' takes tokens of ${identity.principal} (identity '${identity.name}')`,
			),
	);
}

function openNetworks(estate: Estate): string[] {
	return writable(estate).flatMap((registry) => {
		const front = `front:${registry.gate}`;
		const own = new Set<string>([
			front,
			`gate:${registry.gate}`,
			`registry:${registry.name}`,
		]);
		const outsiders = (segment: Segment) =>
			segment.members.filter((member) => !own.has(member));
		return estate.segments.flatMap((segment) => {
			const has = (member: string) =>
				(segment.members as readonly string[]).includes(member);
			if (has(`registry:${registry.name}`) || has(`gate:${registry.gate}`)) {
				return [
					...outsiders(segment).map(
						(member) =>
							`${member} shares network '${segment.name}' with '${registry.name}'`,
					),
					...(segment.published
						? [`network '${segment.name}' of '${registry.name}' is published`]
						: []),
				];
			}
			if (!has(front)) return [];
			return [
				...outsiders(segment)
					.filter((member) => member !== "job:promoter")
					.map(
						(member) =>
							`${member} shares network '${segment.name}' with the front of '${registry.name}'`,
					),
				...(segment.published
					? [
							`the front of '${registry.name}' is on the published network '${segment.name}'`,
						]
					: []),
			];
		});
	});
}

function publicWriters(estate: Estate): string[] {
	return writable(estate)
		.filter((registry) => publishedAddress(registry) !== undefined)
		.map(
			({ name, port, publicHost }) =>
				`'${name}' writes and has the public ${port === undefined ? `name ${publicHost?.name}` : `port ${port}`}`,
		);
}
