import { isDigest, verified } from "../../services/oci/digest.ts";
import { Registry as RegistryClient } from "../../services/oci/registry.ts";
import { Transport } from "../../services/oci/transport.ts";
import { allowedVerbs, type Verb } from "../../topology/access.ts";
import type { Registry } from "../../topology/estate.ts";
import type { RunningEstate } from "./running-estate.ts";

type Access = Pick<RunningEstate, "estate" | "address" | "password">;

// What is tried is whether a tier answers, so nothing is tried twice and nothing is waited for long.
const ONCE = {
	attempts: 1,
	baseMs: 0,
	maxBackoffMs: 0,
	maxRetryAfterMs: 0,
};
const WAIT_MS = 10_000;

/** A new client that reads a registry, as the first principal that may. It keeps the tokens it gets. */
export const readerOf = (
	running: Access,
	registry: Registry,
	waitMs = WAIT_MS,
) => clientOf(running, registry, "pull", waitMs);

/** A new client that writes to a registry, as the first principal that may. */
export const writerOf = (running: Access, registry: Registry) =>
	clientOf(running, registry, "create", WAIT_MS);

async function clientOf(
	{ estate, address, password }: Access,
	{ name, tier, flags }: Registry,
	verb: Verb,
	waitMs: number,
): Promise<RegistryClient> {
	const account = estate.gates
		.flatMap(({ accounts }) => accounts)
		.find(
			({ registry, principal }) =>
				registry === name &&
				allowedVerbs(tier, principal, flags).includes(verb),
		);
	if (!account) throw new Error(`nobody has an account to ${verb} at ${name}`);
	const { principal } = account;
	const credentials = {
		username: principal,
		password: await password(principal, name),
	};
	return new RegistryClient({
		url: `http://${address(name)}`,
		actions: verb === "create" ? ["push"] : [],
		credentials: async () => credentials,
		transport: new Transport({
			retry: ONCE,
			timeouts: {
				connect: waitMs,
				idle: waitMs,
				commit: waitMs,
				total: waitMs,
			},
		}),
	});
}

/**
 * Downloads everything a tag or digest stands for into nothing, checking each digest.
 *
 * @returns the manifest's own digest
 */
export async function pullWhole(
	client: RegistryClient,
	repository: string,
	reference: string,
): Promise<string> {
	const { digest, bytes } = await client.getManifest(repository, reference);
	const { config, layers = [], manifests = [] } = JSON.parse(bytes.toString());
	for (const child of manifests) {
		await pullWhole(client, repository, child.digest);
	}
	for (const { digest: blob, size } of config ? [config, ...layers] : []) {
		if (!isDigest(blob)) throw new Error(`${blob} is no digest`);
		const { unverified } = await client.getBlob(repository, blob);
		for await (const _ of verified(unverified, { digest: blob, size }));
	}
	return digest;
}
