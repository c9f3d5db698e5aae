import type { Registry } from "../../topology/estate.ts";
import { HOME, legUrl } from "../../topology/names.ts";
import { tierResources } from "../../topology/resource-names.ts";
import { JOB_SERVERS } from "../job-server.ts";
import type { StackOptions } from "../main.ts";
import { runCaptured, UserError } from "../process.ts";
import { runPulumi } from "../pulumi-run.ts";
import { runningContainer } from "../stack-containers.ts";
import { say } from "../step.ts";
import { findRegistry, storeTarget } from "../tier-targets.ts";
import {
	type DockerStack,
	describeDockerStack,
	prepareOnDocker,
} from "./prepare.ts";

/** `npm run sandbox -- reset`: a new, empty Sandbox. No other tier is touched. */
export async function resetSandbox(options: StackOptions): Promise<number> {
	describeDockerStack(
		options,
		"sandbox -- reset",
		"npm run pulumi -- --stack <stack> up --target-replace, with the claim sandbox-storage",
	);
	const prepared = await prepareOnDocker(options);
	const sandbox = findRegistry(prepared.estate, "sandbox");
	await forgetAges(prepared, sandbox);
	return replaceStores(prepared, sandbox, tierResources(sandbox).storages);
}

// What is pushed to the new registry is as old as its push, also where cleanup saw the same before.
async function forgetAges(
	{ engine, location: { stack } }: DockerStack,
	{ name }: Registry,
): Promise<void> {
	const { Id } = await runningContainer(
		engine.client,
		stack,
		JOB_SERVERS.cleanup,
	);
	await runCaptured(
		"docker",
		["exec", Id, "rm", "-f", `/state/ledger-${name}.jsonl`],
		{ env: engine.env },
	);
}

/**
 * `npm run cache -- reset <region>`: empties a region's caches one replica after the other, so that
 * one of them serves all the time.
 */
export async function resetCache(
	options: StackOptions & { readonly force?: boolean },
	region: string,
): Promise<number> {
	describeDockerStack(
		options,
		"cache -- reset",
		"npm run pulumi -- --stack <stack> up --target-replace, with the claim of one replica after the other",
	);
	const prepared = await prepareOnDocker(options);
	const caches = prepared.estate.registries.filter(
		({ location, upstream }) => location === region && upstream,
	);
	if (caches.length === 0) {
		throw new UserError(
			`no such region, got ${region}; expected one of: ${prepared.estate.regions.join(", ")}`,
		);
	}
	if (!options.force) {
		for (const cache of caches) await checkOrigin(prepared, cache);
	}
	for (const cache of caches) {
		for (const storage of tierResources(cache).storages) {
			say(`${cache.name}: a new, empty ${storage}`);
			const code = await replaceStores(prepared, cache, [storage]);
			if (code !== 0) return code;
		}
	}
	return 0;
}

// What a cache has is all there is of an image while its origin is away.
async function checkOrigin(
	{ engine, location: { stack } }: DockerStack,
	cache: Registry,
): Promise<void> {
	const [server = ""] = tierResources(cache).servers;
	const { Id } = await runningContainer(engine.client, stack, server);
	const url = `${legUrl(cache.upstream?.legHost ?? "")}/v2/`;
	const { stderr } = await runCaptured(
		"docker",
		// Not wget's own timeout: Debian's busybox dies of it.
		["exec", Id, "timeout", "5", "wget", "-S", "-O", "/dev/null", url],
		{ env: engine.env },
	);
	// A registry that asks for a token is there.
	if (/HTTP\/1\.1 (200|401)/.test(stderr)) return;
	throw new UserError(
		`${HOME} does not answer ${cache.name}: an empty cache could not be filled again. Fix: wait until ${HOME} is back, or lose what is cached with --force`,
	);
}

async function replaceStores(
	prepared: DockerStack,
	registry: Registry,
	storages: readonly string[],
): Promise<number> {
	const { stack } = prepared.location;
	return runPulumi(prepared, [
		"up",
		...storages.flatMap((storage) => [
			"--target-replace",
			storeTarget(stack, registry, storage),
		]),
		// The servers over the stores.
		"--target-dependents",
		"--yes",
		"--skip-preview",
		"--suppress-outputs",
	]);
}
