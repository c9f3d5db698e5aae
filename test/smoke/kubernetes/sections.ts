import { randomBytes } from "node:crypto";
import { kubectl } from "../../../toolchain/cluster/kubectl.ts";
import { describeStack } from "../../../toolchain/commands/prepare.ts";
import { isOwnCluster } from "../../../toolchain/estate-images.ts";
import type { StackOptions } from "../../../toolchain/main.ts";
import { UserError } from "../../../toolchain/process.ts";
import { readSigningKey } from "../../../toolchain/signing-keys.ts";
import { readStackOutput } from "../../../toolchain/stack-output.ts";
import type { Estate } from "../../../topology/estate.ts";
import { namespaceOf } from "../../../topology/hosts.ts";
import { accessTable } from "../access-table.ts";
import type { Section } from "../checks.ts";
import { cosignWith } from "../cosign.ts";
import { clientMachine } from "./client-machine.ts";
import type { ClusterEstate, ClusterImage } from "./cluster-estate.ts";
import { jobTokens } from "./job-tokens.ts";
import { clusterJourney } from "./journey.ts";
import { nodeConsumer } from "./node-consumer.ts";

/** What is tried of an estate on a cluster. */
export interface ClusterSections {
	readonly sections: readonly Section[];
	dispose(): void;
}

/**
 * @param npm runs one of the npm commands on this stack
 * @throws {UserError} for a stack on another cluster than that of this machine: its node is a client, too
 */
export async function clusterSections(
	options: StackOptions,
	npm: ClusterEstate["npm"],
): Promise<ClusterSections> {
	const { location, estate } = describeStack(options);
	if (!estate.kubernetes || !isOwnCluster(estate.kubernetes)) {
		throw new UserError(
			`the stack '${options.stack}' is on a cluster that is not this machine's, so that its node cannot be made a client. Fix: npm run self-test -- --stack ${options.stack}`,
		);
	}
	const passwords = await readStackOutput(location, "passwords");
	const hosts = await publicHosts(estate);
	const machine = clientMachine(hosts);
	const key = await readSigningKey(location, estate.promotion, "ci", "private");
	const cosign = await cosignWith(key, {
		run: machine.run,
		flags: ["--allow-http-registry"],
	});
	const running: ClusterEstate = {
		estate,
		hosts,
		machine,
		cosign,
		password: (principal, tier) => passwords[`${principal}-${tier}`] ?? "",
		npm,
	};
	const image = newImage();
	return {
		sections: [
			{
				heading: "the way of an image through the tiers",
				checks: clusterJourney(running, image),
			},
			{
				heading: "the access table",
				checks: [accessTable(() => npm("self-test")), jobTokens(running)],
			},
			...estate.regions
				.slice(0, 1)
				.map((region) => nodeConsumer(running, image, region)),
		],
		dispose: () => {
			cosign.dispose();
			machine.dispose();
		},
	};
}

function newImage(): ClusterImage {
	const number = randomBytes(4).readUInt32BE();
	return {
		repository: "smoke/app",
		snapshotTag: `main-${number}-${randomBytes(20).toString("hex")}`,
		release: `1.0.${number}`,
		digest: "",
	};
}

/** Where the Services of the fronts are that clients outside use. */
async function publicHosts(
	estate: Estate,
): Promise<Readonly<Record<string, string>>> {
	const entries = estate.registries.flatMap(({ gate, publicHost, mirror }) =>
		[publicHost, mirror?.publicHost].flatMap((host) =>
			host ? [{ name: host.name, gate }] : [],
		),
	);
	return Object.fromEntries(
		await Promise.all(
			entries.map(async ({ name, gate }) => [
				name,
				await kubectl([
					...["--namespace", namespaceOf(estate, `front:${gate}`)],
					...["get", "service", "public"],
					"--output=jsonpath={.spec.clusterIP}",
				]),
			]),
		),
	);
}
